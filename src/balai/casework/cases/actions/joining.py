"""Whose a case is: two records of one person became one, and their cases, drafts and tasks follow; what an upgrade binds."""

from datetime import datetime
from typing import Any
from uuid import UUID

from balai.base import crypto, journal, sql
from balai.base.actors import Actor
from balai.base.commands import command, once
from balai.base.errors import Altered
from balai.casework.cases import standings
from balai.casework.cases.standings import MarkedRow, stands

# Where a case names whose it is; what officers did stays with the record that did it.
_COLUMNS = (
    ("cases_task", "assignee_id"), ("cases_task", "done_by_id"), ("cases_draft", "person_id"),
    ("cases_draft", "on_behalf_of_id"), ("cases_barred", "person_id"),
)  # fmt: skip


@command("case.follow-person", answer=lambda told: 0)
def follow_person(*, command_id: UUID, actor: Actor, now: datetime, kept_id: UUID, gone_id: UUID) -> int:
    """Give the cases, drafts and tasks of a joined record to the person it was joined into; tell how many cases.

    :raises Altered: one of them was changed by hand; a joining must not make that good.
    """
    with once() as deed:
        found = standings.lock_of(gone_id)
        for standing, wrapped in found:
            _follow(deed, standing, wrapped, kept_id, gone_id)
        for table, column in _COLUMNS:
            sql.execute(f"UPDATE {table} SET {column} = %s WHERE {column} = %s", [kept_id, gone_id])
    return len(found)


def _follow(deed: journal.Deed, before: MarkedRow, wrapped: Any, kept_id: UUID, gone_id: UUID) -> None:
    """Enter one case's new holders, and bind its key to them unless it was forgotten."""
    if not before.holds:
        raise Altered(case=str(before.id))
    after = before.given(kept_id, gone_id)
    if wrapped is not None:
        try:
            key = crypto.unwrap(before.vault_id, wrapped, before.holders)
        except crypto.Tampered:
            raise Altered(case=str(before.id)) from None
        crypto.bind(before.vault_id, key, after.holders)
    body = {"kept": str(kept_id), "gone": str(gone_id)}
    body |= stands(after.id, after.holders, after.status, after.outcome, after.revision)
    after = after._replace(head=deed.record(f"case:{after.id}", "holder-joined", body, head=before.head))
    sql.execute(
        "UPDATE cases_case SET journal_seq = %s, journal_hash = %s, revision = %s, applicant_id = %s, submitted_by_id = %s,"
        " mac = %s WHERE id = %s",
        [after.head.seq, after.head.hash, after.revision, after.applicant_id, after.submitted_by_id, after.mark, after.id],
    )  # fmt: skip


def bind_all(limit: int = 1000) -> None:
    """Bind the keys of a former release's cases to their holders and mark their rows, as they stand; part of the upgrade."""
    after: UUID | None = None
    while True:
        found = standings.list_after(after, limit)
        for standing, wrapped in found:
            if wrapped is not None:
                crypto.bind(standing.vault_id, crypto.unwrap(standing.vault_id, wrapped), standing.holders)
            sql.execute("UPDATE cases_case SET mac = %s WHERE id = %s", [standing.mark, standing.id])
        if len(found) < limit:
            return
        after = found[-1][0].id
