"""Completing who a case is from, where its letters would leave that out: nothing that is known is written over."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from balai.base import sql
from balai.base.actors import Actor
from balai.base.commands import command, once
from balai.base.errors import Conflict, NotAllowed
from balai.casework.cases import identity, policy, queries
from balai.casework.cases.actions.effects import Recorder
from balai.casework.cases.actions.submission import index
from balai.casework.catalogue import queries as catalogue


@command("case.identity", apart=("lang",))
def complete_identity(
    *, command_id: UUID, actor: Actor, now: datetime, case_id: UUID, told: Mapping[str, Any], lang: str
) -> None:
    """Fill in what the letters of an open case print of its applicant and is not known; their holder may, and its officers.

    :raises Invalid: `identity-missing` with the faults by field. :raises Conflict: `case-closed`, or somebody filled it in meanwhile.
    :raises NotFound, NotAllowed:
    """
    with once() as deed:
        face = queries.lock_face(case_id)
        service = catalogue.get_service(face.service_id, face.service_key)
        standing = policy.standing_of(
            actor, applicant_id=face.applicant_id, submitted_by_id=face.submitted_by_id, service=service,
            unit_path=face.unit_path, now=now, parties=face.parties, elsewhere=face.elsewhere,
        )  # fmt: skip
        policy.require_known(standing)
        if not (standing.roles or standing.holder):
            raise NotAllowed
        case = face.open()
        if case.status == "closed":
            raise Conflict("case-closed")
        names = identity.list_lacking(case, service)
        if not names:
            raise Conflict
        before = dict(case.data.get("applicant", {}))
        given = identity.judge_lacking(case, service, told, now, lang)
        case.data["applicant"] = given
        sql.execute("DELETE FROM cases_searchword WHERE case_id = %s", [case.id])
        index(case)
        recorder = Recorder(deed, case, service)
        recorder.record("identity", fields=sorted(name for name, value in given.items() if before.get(name) != value))
        recorder.finish()
