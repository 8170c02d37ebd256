"""What a case is found by, made anew for cases that stand: after an upgrade that finds more than the one before."""

from datetime import datetime
from uuid import UUID, uuid4

from balai.base import journal, sql
from balai.base.actors import Actor
from balai.base.errors import BalaiError
from balai.casework.cases import queries
from balai.casework.cases.actions.submission import index

AT_ONCE = 200  # cases in one transaction


def index_again(*, actor: Actor, now: datetime, after: UUID | None) -> tuple[int, UUID | None]:
    """Make the index of the next cases anew; tell how many and the last of them, or None when there are no more.

    What was forgotten stays forgotten, and what was altered outside the hall is left as it is.
    """
    begin, params = ("WHERE id > %s ", [after]) if after else ("", [])
    found = [
        sql.as_uuid(row[0])
        for row in sql.rows(f"SELECT id FROM cases_case {begin}ORDER BY id LIMIT %s", [*params, AT_ONCE])
    ]
    done = 0
    with journal.deed(uuid4(), actor=actor, now=now, name="cases.index", always=True):
        for case_id in filter(None, found):
            try:
                case = queries.lock_case(case_id)
            except BalaiError:  # its key is gone, or it was altered outside the hall
                continue
            sql.execute("DELETE FROM cases_searchword WHERE case_id = %s", [case_id])
            index(case)
            done += 1
    return done, found[-1] if found else None
