"""Two records of one person became one: their cases, drafts and tasks follow."""

from datetime import datetime
from uuid import UUID

from balai.base import journal, sql
from balai.base.actors import Actor

# Where a case names whose it is; what officers did stays with the record that did it.
_COLUMNS = (
    ("cases_task", "assignee_id"), ("cases_task", "done_by_id"), ("cases_draft", "person_id"),
    ("cases_draft", "on_behalf_of_id"),
)  # fmt: skip


def follow_person(*, command_id: UUID, actor: Actor, now: datetime, kept_id: UUID, gone_id: UUID) -> int:
    """Give the cases, drafts and tasks of a joined record to the person it was joined into; tell how many cases."""
    with journal.deed(command_id, actor=actor, now=now, name="case.follow-person") as deed:
        if deed.repeated:
            return 0
        found = sql.rows(
            "SELECT id, journal_seq, journal_hash FROM cases_case WHERE applicant_id = %s OR submitted_by_id = %s"
            f" ORDER BY id{sql.for_update()}",
            [gone_id, gone_id],
        )
        for raw, seq, chained in found:
            case_id, before = sql.as_uuid(raw), journal.Head(seq, bytes(chained))
            body = {"kept": str(kept_id), "gone": str(gone_id)}
            head = deed.record(f"case:{case_id}", "holder-joined", body, head=before)
            sql.execute(
                "UPDATE cases_case SET journal_seq = %s, journal_hash = %s, revision = revision + 1,"
                " applicant_id = CASE WHEN applicant_id = %s THEN %s ELSE applicant_id END,"
                " submitted_by_id = CASE WHEN submitted_by_id = %s THEN %s ELSE submitted_by_id END WHERE id = %s",
                [head.seq, head.hash, gone_id, kept_id, gone_id, kept_id, case_id],
            )
        for table, column in _COLUMNS:
            sql.execute(f"UPDATE {table} SET {column} = %s WHERE {column} = %s", [kept_id, gone_id])
    return len(found)
