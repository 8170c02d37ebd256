"""Who may sign, revoke, read and download letters. The right to a task is the case's own rule; it is asked there."""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from balai.base.actors import Actor
from balai.base.errors import Conflict, Invalid, NotAllowed
from balai.casework.cases import policy as cases_policy
from balai.casework.cases.queries import CaseFace, CaseRow, TaskRow
from balai.casework.catalogue import queries as catalogue
from balai.engine import manifest
from balai.records.offices import roles
from balai.records.people import queries as people


def standing_in(actor: Actor, case: CaseFace | CaseRow, now: datetime) -> cases_policy.Standing:
    """Work out what the actor is to the letter's case; a stranger is told that there is nothing. :raises NotFound:"""
    standing = cases_policy.standing_of(
        actor,
        applicant_id=case.applicant_id,
        submitted_by_id=case.submitted_by_id,
        service=catalogue.get_service(case.service_id, case.service_key),
        unit_path=case.unit_path,
        now=now,
        parties=case.parties,
        elsewhere=case.elsewhere,
    )
    cases_policy.require_known(standing)
    return standing


def require_signer(actor: Actor, case: CaseRow, service: manifest.Service, token: str, now: datetime) -> TaskRow:
    """Fetch the task under which this person signs, or refuse: wrong role, four-eyes, no second factor, task gone.

    :raises NotFound, NotAllowed, Conflict, Invalid:
    """
    standing = standing_in(actor, case, now)
    if actor.person_id is None or not standing.officer:
        raise NotAllowed
    task = next((task for task in case.open_tasks if task.token == token), None)
    if task is None:
        raise Conflict
    step = service.steps[task.node]
    if step.operation != "document.sign" or not step.letter:
        raise Invalid("letter-not-for-you")
    require_ours(service, step.letter)
    cases_policy.require_task(actor, standing, step, assignee_id=task.assignee_id, done=case.done, unit_id=task.unit_id)
    require_second_factor(actor)
    if not people.has_open_account(actor.person_id):
        raise NotAllowed  # frozen while a batch was under way
    return task


def require_ours(service: manifest.Service, letter_id: str) -> None:
    """Refuse to make a document that another system issues: doing so without right is a crime (UU 24/2013 ps. 96).

    A refusal, a receipt or a notice stands for no document, so the office writes those itself.
    """
    if service.issuer != "this_office" and service.letters[letter_id].kind == "grant":
        raise Invalid("letter-not-ours")


def require_second_factor(actor: Actor) -> None:
    """Refuse a session without a second factor; only the demonstration may do without. :raises NotAllowed:"""
    if asks_second_factor() and not actor.second_factor:
        raise NotAllowed("second-factor")


def signing_roles(service: manifest.Service, letter_id: str) -> frozenset[str]:
    """Name the roles that sign a kind of letter, and so may revoke it; whoever heads where the service names none."""
    signing = {step.role for step in service.steps.values() if step.letter == letter_id and step.role}
    return frozenset(signing) or roles.heads()


def asks_second_factor() -> bool:
    """Tell whether this hall asks for a second factor before a signature."""
    return bool(getattr(settings, "BALAI_SIGN_SECOND_FACTOR", not settings.BALAI_DEMO))


def require_revoker(
    actor: Actor, case: CaseRow, service: manifest.Service, letter_id: str, now: datetime, *, unit_id: UUID
) -> None:
    """Refuse whoever may not revoke a unit's letter: it takes the role that signs it, there. :raises NotFound, NotAllowed:"""
    standing = standing_in(actor, case, now)
    if not standing.house and standing.roles_in(unit_id).isdisjoint(signing_roles(service, letter_id)):
        raise NotAllowed
    if not standing.house:
        require_second_factor(actor)
