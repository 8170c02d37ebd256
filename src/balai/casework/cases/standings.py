"""Whose a case is and how it stands, held twice by the town's key: in the entry of its last move, and on its row.

The row's mark binds its plain columns to the head of its journal, so that one look at the row tells whether it was changed by hand.
The entry's mark says the same inside the chain, so that a row and its mark cannot be taken back to an earlier day unseen.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from balai.base import crypto, journal, sql


def stands(
    case_id: UUID, holders: bytes, status: str, outcome: str, revision: int, letters: Sequence[str] = ()
) -> dict[str, Any]:
    """Say for an entry how a case stands after a move: in the clear, and marked under the town's key with whose it is."""
    said = {"stands": [status, outcome, revision], **({"letters": list(letters)} if letters else {})}
    told = f"{status}|{outcome}|{revision}|{','.join(letters)}"
    return said | {"mark": crypto.mac("case-entry", case_id.bytes + holders + told.encode()).hex()[:32]}


def row_mark(
    case_id: UUID, vault_id: UUID, unit_id: UUID, holders: bytes, service_key: str, channel: str, status: str,
    outcome: str, end_event: str, revision: int, head: journal.Head,
) -> bytes:  # fmt: skip
    """Mark a case's row under the town's key: what it says in plain columns, bound to the head of its journal; 32 bytes."""
    told = f"{service_key}|{channel}|{status}|{outcome}|{end_event}|{revision}|{head.seq}"
    ids = case_id.bytes + vault_id.bytes + unit_id.bytes + holders
    return crypto.mac("case-row", ids + head.hash + told.encode())


class MarkedRow(NamedTuple):
    """A case's row as its mark covers it; `kept` is the mark it bears."""

    id: UUID
    vault_id: UUID
    unit_id: UUID
    applicant_id: UUID | None
    submitted_by_id: UUID | None
    service_key: str
    channel: str
    status: str
    outcome: str
    end_event: str
    revision: int
    head: journal.Head
    kept: bytes

    @property
    def holders(self) -> bytes:
        """Name whose case it is, as its key is bound."""
        return crypto.holders_of(self.applicant_id, self.submitted_by_id)

    @property
    def mark(self) -> bytes:
        """Give the mark that it should bear."""
        return row_mark(
            self.id, self.vault_id, self.unit_id, self.holders, self.service_key, self.channel, self.status, self.outcome,
            self.end_event, self.revision, self.head,
        )  # fmt: skip

    @property
    def holds(self) -> bool:
        """Tell whether the row is as it was last written."""
        return self.kept == self.mark

    def given(self, kept_id: UUID, gone_id: UUID) -> "MarkedRow":
        """Give the next revision, in which one record of a person stands for another."""
        named = {gone_id: kept_id}
        return self._replace(
            applicant_id=named.get(self.applicant_id, self.applicant_id) if self.applicant_id else None,
            submitted_by_id=named.get(self.submitted_by_id, self.submitted_by_id) if self.submitted_by_id else None,
            revision=self.revision + 1,
        )  # fmt: skip


READ = """
    SELECT c.id, c.vault_id, c.unit_id, c.applicant_id, c.submitted_by_id, c.service_key, c.channel, c.status, c.outcome,
           c.end_event, c.revision, c.journal_seq, c.journal_hash, c.mac, v.wrapped_key, c.number
    FROM cases_case c JOIN base_vault v ON v.id = c.vault_id
"""


def read_back(row: Sequence[Any]) -> MarkedRow:
    """Read a row of `READ`."""
    ids = [sql.as_uuid(value) for value in row[:5]]
    assert ids[0] is not None and ids[1] is not None and ids[2] is not None
    head = journal.Head(row[11], bytes(row[12]))
    key, channel, status, outcome, end_event, revision = row[5:11]
    return MarkedRow(
        ids[0], ids[1], ids[2], ids[3], ids[4], key, channel, status, outcome, end_event, revision, head, bytes(row[13])
    )


def lock_of(person_id: UUID) -> list[tuple[MarkedRow, Any]]:
    """Lock the cases in which a person is a holder, in one order: each with its wrapped key."""
    clause = " FOR UPDATE OF c" if sql.for_update() else ""
    found = sql.rows(
        f"{READ} WHERE c.applicant_id = %s OR c.submitted_by_id = %s ORDER BY c.id{clause}", [person_id, person_id]
    )
    return [(read_back(row), row[14]) for row in found]


def list_after(after: UUID | None, limit: int) -> list[tuple[MarkedRow, Any]]:
    """List the next cases in the order of their ids: each with its wrapped key."""
    clause, params = ("", []) if after is None else (" WHERE c.id > %s", [after])
    return [(read_back(row), row[14]) for row in sql.rows(f"{READ}{clause} ORDER BY c.id LIMIT {limit}", params)]


def every() -> Iterator[tuple[MarkedRow, Any, str]]:
    """Go through all cases, some at a time: each with its wrapped key and its number."""
    with connection.cursor() as cursor:
        cursor.execute(f"{READ} ORDER BY c.id")
        while rows := cursor.fetchmany(1000):
            for row in rows:
                yield read_back(row), row[14], row[15]
