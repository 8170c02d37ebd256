"""Mandates: offered, decided, recorded at a counter, ended."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.conf import settings

from balai.base import crypto, intake, journal
from balai.base.actors import Actor
from balai.base.commands import command, id_of, once
from balai.base.errors import Conflict, NotAllowed, NotFound
from balai.records.errors import wrong
from balai.records.people import events, policy, queries, rules
from balai.records.people.actions.persons import change_details, register_person
from balai.records.people.models import Invitation, Level, Mandate, Person


@command("people.offer_mandate", answer=id_of("mandate"))
def offer_mandate(
    *,
    command_id: UUID,
    actor: Actor,
    now: datetime,
    principal_id: UUID,
    agent_id: UUID,
    kind: str,
    services: list[str],
    from_date: date,
    to_date: date | None,
    evidence_document_id: UUID | None = None,
    may_delegate: bool = False,
    mandate_id: UUID | None = None,
) -> UUID:
    """Offer that one person acts for another; the other side must accept, or an officer confirm at a counter.

    Either of the two may offer. For an organisation an agent with `may_delegate` offers and accepts in its name.
    :raises Invalid: `mandate-self`, `mandate-dates`.
    """
    if principal_id == agent_id:
        raise wrong("mandate-self", "agent")
    if to_date is not None and (to_date < from_date or to_date < _today(now)):
        raise wrong("mandate-dates", "to_date")
    with once() as deed:
        side = _side(actor, principal_id, agent_id, now)
        mandate = Mandate.objects.create(
            id=mandate_id or uuid5(deed.id, "mandate"), principal_id=principal_id, agent_id=agent_id, kind=kind,
            services=services, may_delegate=may_delegate,
            from_date=from_date, to_date=to_date, evidence_document_id=evidence_document_id,
            state=Mandate.State.OFFERED, offered_at=now, offered_by=side,
        )  # fmt: skip
        body = {
            "mandate": str(mandate.id), "principal": str(principal_id), "agent": str(agent_id), "kind": kind,
            "services": services,
        }  # fmt: skip
        deed.record(f"person:{principal_id}", events.MANDATE_OFFERED, body)
        deed.send(events.TOPIC_MANDATE_OFFERED, {"mandate": str(mandate.id)})
        deed.answer = {"mandate": str(mandate.id)}
        return mandate.id


@command("people.invite_agent", answer=id_of("invitation"))
def invite_agent(
    *, command_id: UUID, actor: Actor, now: datetime, principal_id: UUID, contact: str, kind: str, from_date: date,
    to_date: date | None,
) -> UUID:  # fmt: skip
    """Ask whoever has a contact to act for a person. Whether anybody has it changes nothing here: the worker looks it up.

    :raises Invalid: `mandate-self` for one's own contact, `phone-format` for what is none, `mandate-dates`.
    """
    normal = rules.normalise_email(contact) if "@" in contact else rules.take_phone(contact)
    if normal is None:
        raise wrong("phone-format", "contact")
    if actor.person_id and any(rules.same_contact(normal, own) for _, own in queries.list_contacts(actor.person_id)):
        raise wrong("mandate-self", "contact")
    if to_date is not None and (to_date < from_date or to_date < _today(now)):
        raise wrong("mandate-dates", "to_date")
    with once() as deed:
        _side(actor, principal_id, principal_id, now)
        assert actor.person_id is not None, "somebody's side"
        made = uuid5(deed.id, "invitation")
        sealed = crypto.seal(queries.get_vault_id(principal_id), contact.encode(), queries.INVITATION_CONTEXT)
        Invitation.objects.create(
            id=made, principal_id=principal_id, by_person=actor.person_id, contact_sealed=sealed, kind=kind,
            from_date=from_date, to_date=to_date, at=now,
        )  # fmt: skip
        body = {"invitation": str(made), "principal": str(principal_id), "kind": kind}
        deed.record(f"person:{principal_id}", events.MANDATE_INVITED, body)
        deed.send(events.TOPIC_MANDATE_INVITED, {"invitation": str(made)})
        deed.answer = {"invitation": str(made)}
        return made


def pass_on_invitation(*, message_id: UUID, now: datetime, invitation_id: UUID) -> None:
    """Offer the mandate to whoever has the contact of an invitation, if anybody does; part of the worker's transaction."""
    found = Invitation.objects.select_for_update().filter(id=invitation_id, ended_at__isnull=True).first()
    contact = queries.open_invitation(found) if found is not None else ""
    agent_id = queries.find_person_by_contact(contact) if contact else None
    if found is None or agent_id is None or agent_id in (found.principal_id, found.by_person):
        return
    if found.to_date is not None and found.to_date < _today(now):
        return  # the worker stood still until it had run out
    with suppress(NotFound):  # who asked may no longer speak for the firm
        offer_mandate(
            command_id=message_id, actor=Actor("person", "portal", person_id=found.by_person), now=now, agent_id=agent_id,
            principal_id=found.principal_id, kind=found.kind, services=[], from_date=found.from_date,
            to_date=found.to_date, mandate_id=found.id,
        )  # fmt: skip


def take_back_invitation(*, command_id: UUID, actor: Actor, now: datetime, mandate_id: UUID) -> None:
    """Take back an invitation that nobody accepted; what was offered by it goes too.

    :raises NotFound: strangers, and what was taken back; :raises Conflict: `mandate-decided` once it was accepted.
    """
    with _deciding(command_id, actor, now, mandate_id, "people.take_back_invitation") as deed:
        if deed.repeated:
            return
        found = Invitation.objects.select_for_update().filter(id=mandate_id, ended_at__isnull=True).first()
        if found is None:
            raise NotFound
        _side(actor, found.principal_id, found.principal_id, now)
        mandate = Mandate.objects.select_for_update().filter(id=mandate_id).first()
        if mandate is not None and mandate.state not in (Mandate.State.OFFERED, Mandate.State.REFUSED):
            raise Conflict("mandate-decided")
        Invitation.objects.filter(id=found.id).update(ended_at=now)
        if mandate is not None and mandate.state == Mandate.State.OFFERED:
            _decide(deed, mandate, Mandate.State.REFUSED, actor, now, events.MANDATE_REFUSED, {})
        deed.record(f"person:{found.principal_id}", events.MANDATE_TAKEN_BACK, {"invitation": str(found.id)})


def accept_mandate(*, command_id: UUID, actor: Actor, now: datetime, mandate_id: UUID) -> None:
    """Accept an offer that the other side made. :raises NotAllowed: its maker; :raises NotFound: strangers."""
    with _deciding(command_id, actor, now, mandate_id, "people.accept_mandate") as deed:
        if deed.repeated:
            return
        mandate = _lock_offer(mandate_id)
        side = _side(actor, mandate.principal_id, mandate.agent_id, now)
        if side == mandate.offered_by:
            raise NotAllowed("mandate-needs-counter" if queries.is_organisation(mandate.principal_id) else None)
        _decide(deed, mandate, Mandate.State.ACTIVE, actor, now, events.MANDATE_ACCEPTED, {"at_counter": False})


def refuse_mandate(*, command_id: UUID, actor: Actor, now: datetime, mandate_id: UUID) -> None:
    """Refuse, or take back, an offer."""
    with _deciding(command_id, actor, now, mandate_id, "people.refuse_mandate") as deed:
        if deed.repeated:
            return
        mandate = _lock_offer(mandate_id)
        _side(actor, mandate.principal_id, mandate.agent_id, now)
        _decide(deed, mandate, Mandate.State.REFUSED, actor, now, events.MANDATE_REFUSED, {})


def confirm_mandate(
    *, command_id: UUID, actor: Actor, now: datetime, mandate_id: UUID, evidence_document_id: UUID | None, reason: str
) -> None:
    """Confirm an offer at a counter, where an officer saw the evidence (family card, deed of incorporation, letter)."""
    policy.require_officer(actor)
    if not reason.strip():
        raise wrong("invalid", "reason")
    with _deciding(command_id, actor, now, mandate_id, "people.confirm_mandate") as deed:
        if deed.repeated:
            return
        mandate = _lock_offer(mandate_id)
        if actor.person_id in (mandate.principal_id, mandate.agent_id):
            raise NotAllowed("four-eyes")
        mandate.at_counter, mandate.reason = True, reason
        mandate.evidence_document_id = evidence_document_id or mandate.evidence_document_id
        _decide(deed, mandate, Mandate.State.ACTIVE, actor, now, events.MANDATE_ACCEPTED, {"at_counter": True})


@command("people.record_mandate", answer=id_of("mandate"))
def record_mandate(
    *, command_id: UUID, actor: Actor, now: datetime, firm: rules.Identity, agent_id: UUID, services: list[str],
    to_date: date | None, may_delegate: bool, evidence: str,
) -> UUID:  # fmt: skip
    """Record at a counter that a person may act for a firm, by the document an officer saw; the firm is registered if new.

    With `may_delegate` the person manages the firm's mandates: gives them to others and takes them back, without a counter.
    :raises Invalid: `nib-format`, `mandate-dates`, or without evidence or the firm's name.
    :raises Conflict: `mandate-exists` while this person may act for this firm already.
    :raises NotAllowed: `identity-too-low` for an agent nobody knows by their card; `four-eyes` for oneself.
    """
    policy.require_officer(actor)
    if actor.person_id == agent_id:
        raise NotAllowed("four-eyes")
    if rules.read_organisation_number(firm.nik) is None:
        raise wrong("nib-format", "number")
    missing = [name for name, given in (("firm", firm.name), ("evidence", evidence)) if not given.strip()]
    if missing:
        raise wrong("invalid", *missing)
    if to_date is not None and to_date < _today(now):
        raise wrong("mandate-dates", "to_date")
    policy.require_identity(agent_id, Level.SEEN)
    with once() as deed:
        principal_id = _firm(command_id, actor, now, firm)
        if Mandate.objects.filter(queries.in_force(_today(now)), principal_id=principal_id, agent_id=agent_id).exists():
            raise Conflict("mandate-exists")
        mandate = Mandate.objects.create(
            principal_id=principal_id, agent_id=agent_id, kind=Mandate.Kind.BUSINESS, services=services,
            may_delegate=may_delegate, from_date=_today(now), to_date=to_date, state=Mandate.State.ACTIVE,
            offered_at=now, offered_by=agent_id, decided_at=now, decided_by=actor.person_id, at_counter=True,
            reason=intake.words(evidence, 400, "evidence"),
        )  # fmt: skip
        body = {
            "mandate": str(mandate.id), "principal": str(principal_id), "agent": str(agent_id),
            "kind": str(mandate.kind), "services": services, "at_counter": True,
        }  # fmt: skip
        deed.record(f"person:{principal_id}", events.MANDATE_ACCEPTED, body)
        deed.send(events.TOPIC_MANDATE_RECORDED, {"mandate": str(mandate.id)})
        deed.answer = {"mandate": str(mandate.id)}
        return mandate.id


def _firm(command_id: UUID, actor: Actor, now: datetime, firm: rules.Identity) -> UUID:
    """Find a firm by its number and bring its contacts up to date, or register it; part of the caller's deed."""
    number = str(rules.read_organisation_number(firm.nik))
    found = queries.find_organisation(number)
    known = replace(firm, nik=number)
    if found is None:
        made = uuid5(command_id, "firm")
        found = register_person(
            command_id=made, actor=actor, now=now, identity=known, kind=Person.Kind.ORGANISATION, level=Level.SEEN
        )
        Person.objects.filter(id=found).update(nik_hash=crypto.lookup_hash("organisation", number))
        return found
    contacts = {name: value for name, value in (("phone", known.phone), ("email", known.email)) if value}
    if contacts:
        change_details(command_id=uuid5(command_id, "firm"), actor=actor, now=now, person_id=found, **contacts)
    return found


def revoke_mandate(*, command_id: UUID, actor: Actor, now: datetime, mandate_id: UUID, reason: str = "") -> None:
    """End a mandate at once; either side may, and so may an officer at a counter."""
    with _deciding(command_id, actor, now, mandate_id, "people.revoke_mandate") as deed:
        if deed.repeated:
            return
        mandate = Mandate.objects.select_for_update().filter(id=mandate_id).first()
        if mandate is None:
            raise NotFound
        if actor.kind == "officer":
            policy.require_officer(actor)
        else:
            _side(actor, mandate.principal_id, mandate.agent_id, now)
        if mandate.state != Mandate.State.ACTIVE:
            raise Conflict("mandate-decided")
        Mandate.objects.filter(id=mandate_id).update(
            state=Mandate.State.REVOKED,
            ended_at=now,
            ended_by=actor.person_id,
            reason=intake.words(reason, 400, "reason"),
        )
        deed.record(f"person:{mandate.principal_id}", events.MANDATE_REVOKED, {"mandate": str(mandate_id)})


def _deciding(command_id: UUID, actor: Actor, now: datetime, mandate_id: UUID, name: str) -> Any:
    return journal.deed(command_id, actor=actor, now=now, name=name, digest=journal.digest_of(mandate_id))


def _side(actor: Actor, principal_id: UUID, agent_id: UUID, now: datetime) -> UUID:
    """Tell on whose side an actor stands in a mandate: the agent's, or the principal's (also as its delegate).

    :raises NotFound: for strangers.
    """
    if actor.person_id == agent_id:
        return agent_id
    if actor.person_id == principal_id:
        return principal_id
    if (
        actor.person_id is not None
        and Mandate.objects.filter(
            queries.in_force(_today(now)), agent_id=actor.person_id, principal_id=principal_id, may_delegate=True
        ).exists()
    ):
        return principal_id
    raise NotFound


def _lock_offer(mandate_id: UUID) -> Mandate:
    mandate = Mandate.objects.select_for_update().filter(id=mandate_id).first()
    if mandate is None:
        raise NotFound
    if mandate.state != Mandate.State.OFFERED:
        raise Conflict("mandate-decided")
    return mandate


def _decide(
    deed: journal.Deed, mandate: Mandate, state: str, actor: Actor, now: datetime, event: str, body: dict[str, Any]
) -> None:
    mandate.state, mandate.decided_at, mandate.decided_by = state, now, actor.person_id
    mandate.save(update_fields=["state", "decided_at", "decided_by", "at_counter", "reason", "evidence_document_id"])
    deed.record(f"person:{mandate.principal_id}", event, {"mandate": str(mandate.id)} | body)


def _today(now: datetime) -> date:
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
