"""A case about a case: begun by its holder (an objection) or by an officer of it (a correction, an annulment), and told on both sides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from balai.base import journal
from balai.base.actors import Actor
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.casework.cases import events, policy, queries, rules
from balai.casework.cases.actions.drafts import start_draft
from balai.casework.cases.actions.effects import Recorder
from balai.casework.cases.models import Barred, CaseLink
from balai.casework.cases.queries import CaseRow, linked
from balai.casework.catalogue import queries as catalogue
from balai.engine import forms, manifest
from balai.records.offices import queries as offices
from balai.records.people import policy as people_policy
from balai.records.people import queries as people


@dataclass(frozen=True, slots=True)
class Disputed:
    """The case that a new one is about: opened, with its service, why, what the new one may know, and who handles that."""

    case: CaseRow
    service: manifest.Service
    kind: str
    objected: Mapping[str, Any]
    unit: offices.Handling | None
    letter_id: str  # the letter that may be overturned

    @property
    def kept(self) -> dict[str, str]:
        """Give what the new case keeps of which case and which letter it is about."""
        return {"case": str(self.case.id), "overturns": self.letter_id, "kind": self.kind}

    @property
    def holder(self) -> dict[str, str]:
        """Give what is known of the other case's holder."""
        return _holder_of(self.case)


def begin_objection(
    *, actor: Actor, now: datetime, number: str, lang: str, track_code: str = "", for_person: UUID | None = None
) -> tuple[UUID, str]:
    """Begin an objection to a decided case, bound to it: (draft id, secret of its resume link).

    At a counter `for_person` is who stands there by their card, and must be its holder.
    :raises NotFound: for strangers; :raises NotAllowed: for whoever is not its holder; :raises Conflict: `objection-late`, `objection-running`, …
    """
    if actor.channel == "counter":
        case, decided = queries.open_at_counter(actor, number, now=now, purpose="objection")
        require_present(case, for_person)
    else:
        view = queries.open_case(actor, number, now=now, purpose="objection", track_code=track_code)
        case, decided = view.row, view.service
        if not view.standing.holder:
            raise NotAllowed
    way = require_way(case, decided, now, lang)
    known = _holder_of(case) if actor.person_id is None else {}
    return start_draft(
        actor=actor, now=now, service_id=way.service.id, about=case.id,
        on_behalf_of=for_person or _principal(actor, case, way.service, now),
        answers={
            rules.SHOWN: queries.describe_disputed(case, decided, lang=lang, way=way),
            **({rules.HOLDER: known} if known else {}),
        },
        proven=known.get("email") or known.get("phone") or "",
    )  # fmt: skip


def _principal(actor: Actor, case: CaseRow, service: manifest.Service, now: datetime) -> UUID | None:
    """Name for whom a person objects who is not the holder themselves. :raises NotAllowed: without a mandate that holds today."""
    if actor.person_id is None or case.applicant_id in (None, actor.person_id):
        return None
    assert case.applicant_id is not None, "told apart above"
    people_policy.may_act_for(actor.person_id, case.applicant_id, service.id, now, on_behalf=service.on_behalf)
    return case.applicant_id


def _holder_of(case: CaseRow) -> dict[str, str]:
    """Give what a case knows of its holder, by which nothing is asked twice."""
    contact = case.data.get("contact", {})
    known = {**case.data.get("applicant", {})}
    known |= {name: contact[name] for name in ("email", "phone") if contact.get(name)}
    return {name: str(value) for name, value in known.items() if name not in ("identity", "on_behalf") and value}


def begin_amendment(*, actor: Actor, now: datetime, number: str, kind: str, lang: str) -> UUID:
    """Begin a correction or an annulment of a decided case, for its holder, by an officer of it; give the draft's id.

    :raises NotFound: for strangers; :raises NotAllowed: for whoever may not; :raises Conflict: `objection-running` where one runs.
    """
    view = queries.open_case(actor, number, now=now, purpose="amendment")
    way = _require_amending(view.row, view.service, view.standing, kind)
    draft_id, _ = start_draft(
        actor=actor, now=now, service_id=way.service.id, on_behalf_of=view.row.applicant_id, about=view.row.id,
        answers={
            rules.SHOWN: queries.describe_disputed(view.row, view.service, lang=lang),
            **({rules.HOLDER: _holder_of(view.row)} if view.row.applicant_id is None else {}),
        },
    )  # fmt: skip
    return draft_id


def _require_amending(
    case: CaseRow, service: manifest.Service, standing: policy.Standing, kind: str
) -> linked.AmendingWay:
    if not standing.roles:
        raise NotAllowed
    found = next((one for one in queries.list_amending(case, service, standing) if one.kind == kind), None)
    if found is not None:
        return found
    running = linked.find_amendment(case.id)
    if running is not None:
        raise Conflict("objection-running", number=running.number)
    raise NotAllowed


def require_present(case: CaseRow, person_id: UUID | None) -> None:
    """Refuse at a counter whoever is not the holder of the case: by their record, or by the number of their card. :raises NotAllowed:"""
    if person_id is None:
        raise NotAllowed
    nik = str(case.data.get("applicant", {}).get("nik") or "")
    if person_id != case.applicant_id and not (
        case.applicant_id is None and nik and people.find_person_by_nik(nik) == person_id
    ):
        raise NotAllowed


def require_way(case: CaseRow, service: manifest.Service, now: datetime, lang: str) -> linked.ObjectionWay:
    """Give the way to object to a case. :raises Conflict: `about-unfit`, `objection-late`, `objection-running`, `objection-answered`."""
    way = queries.find_way(case, service, now)
    if way is None:
        raise Conflict("about-unfit")
    if way.before is not None:
        raise Conflict(
            "objection-answered" if way.before.status == "closed" else "objection-running", number=way.before.number
        )
    if not way.is_open:
        raise Conflict("objection-late", until={one: forms.format_date(way.until, one) for one in ("id", "en")})
    return way


def bind(
    about_id: UUID | None, service: manifest.Service, actor: Actor, now: datetime, lang: str, *, hold: bool
) -> Disputed | None:
    """Open the case that a new one is about, held until the deed ends, and judge anew whether there may be one.

    :raises Invalid: `about-missing`; :raises Conflict: as `require_way`, or `about-unfit` where another service takes it.
    """
    if service.about is None or about_id is None:
        if service.about is not None or about_id is not None:
            raise Invalid("about-missing")
        return None
    case = queries.lock_case(about_id) if hold else queries.read_case(case_id=about_id)
    decided, kind = catalogue.get_service(case.service_id, case.service_key), service.about.kind
    way = None
    if kind == linked.OBJECTION:
        way = require_way(case, decided, now, lang)
        fits = way.service.id == service.id
    else:
        standing = policy.standing_of(
            actor, applicant_id=case.applicant_id, submitted_by_id=case.submitted_by_id, service=decided,
            unit_path=case.unit_path, now=now, parties=case.parties, elsewhere=case.elsewhere,
        )  # fmt: skip
        fits = _require_amending(case, decided, standing, kind).service.id == service.id
    if not fits:
        raise Conflict("about-unfit")
    return Disputed(
        case, decided, kind, queries.describe_disputed(case, decided, lang=lang, way=way),
        linked.find_taking_unit(case, way.way if way else None), linked.find_letter(case, decided)[1],
    )  # fmt: skip


def keep_link(deed: journal.Deed, case: CaseRow, about: Disputed) -> None:
    """Link a new case to the one it is about, and tell so in that one's journal; part of the deed that opens it."""
    CaseLink.objects.create(case_id=case.id, about_id=about.case.id, kind=about.kind)
    if about.kind == "objection":  # kept, as every list of work asks whose case is whose
        worked = {one.done_by_id for one in about.case.tasks if one.done_by_id and one.role != "applicant"}
        Barred.objects.bulk_create(Barred(case_id=case.id, person_id=person) for person in sorted(worked))
        deed.send(events.DISPUTED, {"case": str(case.id), "about": str(about.case.id)})
    note(deed, about.case, about.service, "objected", by=str(case.id), kind=about.kind)


def note(deed: journal.Deed, case: CaseRow, service: manifest.Service, action: str, **body: Any) -> None:
    """Enter into a case's journal what another case did to it; nothing else of it changes."""
    recorder = Recorder(deed, case, service)
    recorder.record(action, node="", **body)
    recorder.finish()


def tell_overturned(deed: journal.Deed, *, case_id: UUID, about_id: UUID, overturned: str, by: str) -> None:
    """Enter into a case's journal that its letter was replaced or annulled by another case's; part of the deed that signs that."""
    try:
        case = queries.lock_case(about_id)
    except NotFound:
        return  # forgotten meanwhile; its letter is overturned all the same
    service = catalogue.get_service(case.service_id, case.service_key)
    note(deed, case, service, "overturned", by=str(case_id), how=overturned, number=by)
