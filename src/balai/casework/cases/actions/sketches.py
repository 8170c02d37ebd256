"""What an officer has begun in a task: kept while they look further, dropped when it is done; and how a document is turned."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from balai.base import crypto, journal, sql
from balai.base.actors import CLOCK, Actor
from balai.base.commands import command, once
from balai.base.errors import NotFound
from balai.casework.cases import queries
from balai.casework.cases.actions.tasks import _officers_task, _require_able, _require_officer
from balai.casework.cases.queries import CaseRow

TURNS = (90, 180, 270)


def save_sketch(*, actor: Actor, now: datetime, case_id: UUID, token: str, body: Mapping[str, Any]) -> None:
    """Keep what an officer has typed into a task they may do, right or wrong; it outlives their session and this device.

    :raises NotFound, NotAllowed: who may not do the task; :raises Conflict: it is done.
    """
    with journal.deed(uuid4(), actor=actor, now=now, name="task.sketch"):
        case, task, standing = _officers_task(actor, now, case_id, token)
        _require_able(actor, standing, case, task)
        sealed = crypto.seal_with(case.key, json.dumps(body, ensure_ascii=False, default=str).encode(), queries.SKETCH)
        _drop(case, token, actor)
        sql.insert(
            "cases_sketch", ("case_id", "token", "person_id", "updated_at", "body_sealed"),
            [(case.id, token, actor.person_id, now, sealed)],
        )  # fmt: skip


def drop_sketch(*, actor: Actor, now: datetime, case_id: UUID, token: str) -> None:
    """Throw away what an officer began in a task: they sent it, or want it no more."""
    with journal.deed(uuid4(), actor=actor, now=now, name="task.drop-sketch"):
        face = queries.lock_face(case_id)
        _require_officer(actor, face, now)
        _drop(face.open(), token, actor)


def _drop(case: CaseRow, token: str, actor: Actor) -> None:
    sql.execute(
        "DELETE FROM cases_sketch WHERE case_id = %s AND token = %s AND person_id = %s",
        [case.id, token, actor.person_id],
    )


def drop_old_sketch(sketch_id: int, *, now: datetime) -> bool:
    """Throw away what was begun in a task that is done or called off."""
    with journal.deed(uuid4(), actor=CLOCK, now=now, name="task.expire-sketch"):
        return bool(sql.execute("DELETE FROM cases_sketch WHERE id = %s", [sketch_id]))


@command("evidence.turn")
def turn_document(*, command_id: UUID, actor: Actor, now: datetime, case_id: UUID, document_id: UUID, by: int) -> None:
    """Show a document of a case turned by so many degrees more, clockwise, to everybody who looks at it from now on.

    :raises NotFound: for strangers, and for a document of another case.
    """
    with once():
        _require_officer(actor, queries.lock_face(case_id), now)
        turned = sql.execute(
            "UPDATE cases_evidence SET turn = (turn + %s) %% 360 WHERE case_id = %s AND document_id = %s",
            [by if by in TURNS else 90, case_id, document_id],
        )
        if not turned:
            raise NotFound
