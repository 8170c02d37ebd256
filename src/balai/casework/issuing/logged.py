"""Reads which letters the public log proves, and which are older than it."""

from collections.abc import Collection
from uuid import UUID

from balai.base import sql

ENTERED_LATER = "enter"  # of a letter that is older than the log: it was signed before its entry was made
REVOKED_LATER = "enter-revoked"  # of one whose revocation is older than the log too


def list_older_than_log(limit: int) -> list[UUID]:
    """List letters whose signature was entered before the log began, and not again since, revoked ones too. Up to three queries."""
    if sql.row("SELECT 1 FROM base_log WHERE chained > 0") is None or sql.row(
        "SELECT 1 FROM base_entry WHERE stream = 'log' AND action = 'letters-entered'"
    ):
        return []
    found = sql.rows(
        "SELECT e.stream FROM base_entry e WHERE e.stream LIKE 'letter:%%' AND e.action IN ('sign', 'seal') AND e.salt IS NULL"
        " AND e.global_seq IS NOT NULL AND NOT EXISTS (SELECT 1 FROM base_entry x WHERE x.stream = e.stream AND x.action IN"
        f" ('{ENTERED_LATER}', 'void')) ORDER BY e.global_seq LIMIT %s", [limit],
    )  # fmt: skip
    return [UUID(stream.removeprefix("letter:")) for (stream,) in found]


def is_logged(letter_id: UUID, action: str) -> bool:
    """Tell whether the public log holds, or is about to hold, a letter's entry of an action. One query."""
    return bool(
        sql.row(
            "SELECT 1 FROM base_entry WHERE stream = %s AND action = %s AND (salt IS NOT NULL OR global_seq IS NULL)",
            [f"letter:{letter_id}", action],
        )
    )


def list_provable(letter_ids: Collection[UUID]) -> set[UUID]:
    """List which of some letters have an entry in the public log that proves them. One query, none for none."""
    if not letter_ids:
        return set()
    streams = [f"letter:{one}" for one in letter_ids]
    found = sql.rows(
        f"SELECT DISTINCT stream FROM base_entry WHERE stream IN ({', '.join(['%s'] * len(streams))}) AND salt IS NOT NULL"
        f" AND action IN ('sign', 'seal', '{ENTERED_LATER}')", streams,
    )  # fmt: skip
    return {UUID(stream.removeprefix("letter:")) for (stream,) in found}
