"""Who may see a case and who may act on it.

The applicant, who acted for them, and who holds a mandate today; an officer who holds, in the handling unit or above it, a role that
the service names, or heads it. Any other post of the unit opens nothing: who sits at the counter or looks after the program has no
business with the file. Auditors and archivists stand apart from casework: an auditor reads any case of the town, by its number and for a stated purpose, and
writes nothing. Everyone else is a stranger and gets NotFound, never a hint that the case exists.

A step that another unit does opens the case there too, to that unit's officers with these roles, while the case is open; what they do
is that step, and nothing else of the case. Once it is closed, it stays open to who did the step, and to a unit that signed a letter of it.

Nobody handles their own case. Whoever is a party to it (`rows.PARTIES`: the applicant and who acts for them, their household, and
whoever a mandate binds to them) has no officer's standing there, whatever post they hold: as an officer they neither open, take,
do, sign nor move it. As its holder they follow it at the portal.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.timezone import localdate

from balai.base.actors import Actor
from balai.base.errors import NotAllowed, NotFound
from balai.casework.cases.rows import Elsewhere
from balai.casework.cases.rules import barred
from balai.engine import manifest
from balai.records.offices import queries as offices
from balai.records.offices import roles
from balai.records.people import policy as people_policy
from balai.records.people import rules as people_rules


@dataclass(frozen=True, slots=True)
class Standing:
    """What an actor is to a case: its holder's side, an officer's roles there, the machine of the house, or its auditor."""

    holder: bool = False
    roles: frozenset[str] = frozenset()
    house: bool = False
    auditor: bool = False
    own: bool = False  # an officer of the case's unit, who is a party to it
    there: Mapping[UUID, frozenset[str]] = field(default_factory=dict)  # roles in each other unit that has tasks of it

    @property
    def stranger(self) -> bool:
        return not (self.holder or self.officer or self.house or self.own)

    @property
    def officer(self) -> bool:
        """Tell whether the actor is an officer of the case: of its own unit, or of another that has a task of it."""
        return bool(self.roles) or any(self.there.values())

    def roles_in(self, unit_id: UUID | None) -> frozenset[str]:
        """Give the roles the actor has for a task that lies in a unit: those held there, where it is not the case's own."""
        return self.roles if unit_id is None else self.there.get(unit_id, self.roles)


def standing_of(
    actor: Actor,
    *,
    applicant_id: UUID | None,
    submitted_by_id: UUID | None,
    service: manifest.Service,
    unit_path: str,
    now: datetime,
    parties: Collection[UUID],
    elsewhere: Collection[Elsewhere] = (),
    proven_by_link: bool = False,
) -> Standing:
    """Work out what the actor is to a case; costs at most two queries."""
    own = actor.person_id in parties
    if actor.kind in ("system", "machine") and actor.channel in ("clock", "console"):
        return Standing(house=not own, own=own)  # an administrator who operates the house is a person too
    if proven_by_link:
        return Standing(holder=True)
    if actor.person_id is None:
        return Standing()
    if actor.kind == "officer" or actor.channel == "desk":
        held = offices.list_scopes(actor.person_id, now.astimezone(ZoneInfo(service.zone)).date())
        roles, there = working_roles(held, service, unit_path), _roles_there(actor.person_id, held, service, elsewhere)
        found = Standing(roles=roles, there=there)
        return Standing(own=True) if own and found.officer else found
    holder = actor.person_id in (applicant_id, submitted_by_id)
    if not holder and applicant_id is not None:
        holder = _has_mandate(actor.person_id, applicant_id, service.id, now)
    return Standing(holder=holder)


def _roles_there(
    person_id: UUID, held: Collection[tuple[str, str]], service: manifest.Service, elsewhere: Collection[Elsewhere]
) -> dict[UUID, frozenset[str]]:
    """Tell an officer's roles in each other unit that has a task of a case; what is over is open to who did it alone."""
    there: dict[UUID, frozenset[str]] = {}
    for one in elsewhere:
        near = one.open or one.done_by_id == person_id
        roles = working_roles(held, service, one.unit_path) if near else frozenset[str]()
        there[one.unit_id] = there.get(one.unit_id, frozenset()) | roles
    return there


def working_roles(held: Iterable[tuple[str, str]], service: manifest.Service, unit_path: str) -> frozenset[str]:
    """Pick from the held (role, path of its unit) the roles that have to do with a case of a service in a unit."""
    return roles.working([role for role, path in held if unit_path.startswith(path)], service.roles)


def _has_mandate(person_id: UUID, principal_id: UUID, service_id: str, now: datetime) -> bool:
    try:
        return people_policy.may_act_for(person_id, principal_id, service_id, now) is not None
    except NotAllowed:
        return False


def is_auditor(actor: Actor, now: datetime) -> bool:
    """Tell whether an officer holds an auditor's post today; wherever it stands, it reaches the whole town."""
    if actor.kind != "officer" or actor.person_id is None:
        return False
    return any(role == roles.AUDITOR for role, _ in offices.list_scopes(actor.person_id, localdate(now)))


def require_auditor(actor: Actor, now: datetime) -> Standing:
    """Give an auditor's standing, with a second factor proved. :raises NotFound: for everybody else."""
    if not is_auditor(actor, now):
        raise NotFound
    people_policy.require_second_factor(actor)
    return Standing(auditor=True)


def require_known(standing: Standing) -> None:
    """Refuse strangers as if the case did not exist, and officers whose own it is.

    :raises NotFound: for strangers; :raises NotAllowed: `own-case`.
    """
    if standing.stranger:
        raise NotFound
    if standing.own:
        raise NotAllowed("own-case")


def require_task(
    actor: Actor,
    standing: Standing,
    step: manifest.Step,
    *,
    assignee_id: UUID | None,
    done: Sequence[tuple[str, UUID | None]],
    unit_id: UUID | None = None,
) -> None:
    """Refuse whoever may not do this task, which lies in a unit: wrong side, wrong role there, or the same person again (four-eyes).

    :raises NotAllowed: `not-allowed`, `four-eyes` or `second-factor`.
    """
    if standing.house:
        return
    if step.role == "applicant":
        if not standing.holder:
            raise NotAllowed
        return
    if step.role not in standing.roles_in(unit_id):
        raise NotAllowed
    if actor.person_id in barred(step, done):
        raise NotAllowed("four-eyes")


def may_send(actor: Actor, standing: Standing, message: manifest.CaseMessage | None) -> bool:
    """Tell whether an actor may send a message into a case: the house, or an officer or their machine where the folder says so."""
    if standing.house:
        return True
    way = "api" if actor.channel == "api" else "officer"
    return message is not None and way in message.from_ and message.role in standing.roles


def require_sender(actor: Actor, standing: Standing, message: manifest.CaseMessage | None) -> None:
    """Refuse whoever may not send a message. :raises NotAllowed:"""
    if not may_send(actor, standing, message):
        raise NotAllowed


def is_decision(step: manifest.Step) -> bool:
    """Tell whether a step is a head's decision: answered by a form, and not by signing a letter."""
    return step.role in roles.heads() and bool(step.form) and not step.operation


def require_role(standing: Standing, *roles: str) -> None:
    """Refuse an officer without one of these roles. :raises NotAllowed:"""
    if not standing.house and not standing.roles & set(roles):
        raise NotAllowed


def contact_means(actor: Actor, *, level: str, agent_level: str, proven: str) -> str:
    """Tell how it is known that an applicant can be reached: account, counter, agent, email, phone, or "" when it is not.

    `level` is the applicant's own, `agent_level` that of whoever acts for them; `proven` names the contact to which a code
    went that came back. A contact that was only typed proves nothing. At a counter the officer sees who stands there.
    """
    if people_rules.reaches(level, "contact"):
        return "account"
    if actor.channel == "counter":
        return "counter"
    return "agent" if people_rules.reaches(agent_level, "contact") else proven


def reaching(means: str, *, known: bool) -> tuple[str, ...]:
    """Name the contacts (email, phone) by which an applicant may be told of their case.

    Those of their own record when they are `known` here, those an officer heard at a counter, else the one alone whose code
    came back: another that was only typed may be a stranger's.
    """
    if known or means == "counter":
        return ("email", "phone")
    return (means,) if means in ("email", "phone") else ()
