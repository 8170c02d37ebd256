"""Every write of offices: units, posts, appointments, absences and calendars; one deed each."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.utils.timezone import localdate

from balai.base import clock, intake, journal
from balai.base.actors import Actor
from balai.base.commands import command, digest_of, once
from balai.base.errors import Conflict, Invalid, NotFound
from balai.records.errors import require_drawable, wrong
from balai.records.offices import areas, events, policy, queries, rules
from balai.records.offices.models import Absence, Appointment, CalendarDay, Post, Unit, WorkingCalendar
from balai.records.people import actions as people_actions


@command("offices.create_unit", answer=lambda told: queries.get_unit_by_id(UUID(told["unit"])))
def create_unit(
    *,
    command_id: UUID,
    actor: Actor,
    now: datetime,
    code: str,
    name: str,
    kind: str,
    parent_id: UUID | None = None,
    area: str = "",
    calendar: str = "office",
    letter_code: str = "",
    address: str = "",
) -> Unit:
    """Create a unit below another.

    :raises Invalid: `unit-exists` when its code or its area is taken, `area-code` for an area that is none, `not-drawable`.
    """
    policy.require_manager(actor)
    require_drawable(name=name, address=address, letter_code=letter_code)
    try:
        area = areas.dotted(area) if area else ""
    except ValueError:
        raise wrong("area-code", "area") from None
    with once() as deed:
        parent = _hold_unit(parent_id) if parent_id else None
        if Unit.objects.filter(code=code).exists() or (area and Unit.objects.filter(kind=kind, area=area).exists()):
            raise wrong("unit-exists", "code")
        path = rules.child_path(parent.path if parent else "/", code)
        ensure_calendars()
        unit = Unit.objects.create(
            code=code, letter_code=letter_code or code.upper(), name=name, kind=kind, parent=parent, path=path,
            area=area, calendar_id=calendar, address=address,
        )  # fmt: skip
        body = {"unit": str(unit.id), "code": code, "kind": kind, "parent": str(parent_id) if parent_id else None}
        deed.record(f"unit:{unit.id}", events.UNIT_CREATED, body)
        deed.answer = {"unit": str(unit.id)}
        return unit


@command("offices.move_unit")
def move_unit(*, command_id: UUID, actor: Actor, now: datetime, unit_id: UUID, parent_id: UUID) -> None:
    """Hang a unit, with all below it, under another. :raises Invalid: when that lies below the unit itself."""
    policy.require_manager(actor)
    with once() as deed:
        unit, parent = queries.get_unit_by_id(unit_id), _hold_unit(parent_id)
        if parent.path.startswith(unit.path):
            raise Invalid("unit-in-use")
        before, after = unit.path, rules.child_path(parent.path, unit.code)
        below = list(Unit.objects.filter(path__startswith=before))
        for each in below:
            each.path = after + each.path[len(before) :]
        Unit.objects.bulk_update(below, ["path"])
        Unit.objects.filter(id=unit_id).update(parent=parent)
        deed.record(f"unit:{unit_id}", events.UNIT_MOVED, {"unit": str(unit_id), "parent": str(parent_id)})


@command("offices.close_unit")
def close_unit(
    *, command_id: UUID, actor: Actor, now: datetime, unit_id: UUID, reason: str, on_date: date | None = None
) -> None:
    """Dissolve a unit, today or as of a day that has passed: nothing new comes to it, what it did stays to be read.

    :raises Conflict: `unit-in-use` while anything lies there (`places`), `unit-closed` when it is closed already.
    :raises Invalid: `closing-reason`; `closing-date` for a day that is still to come.
    """
    policy.require_manager(actor)
    with once() as deed:
        unit = _hold_unit(unit_id)
        on_date = _closing(reason, on_date, now)
        if queries.list_lying(unit, localdate(now)):
            raise Conflict("unit-in-use")
        Unit.objects.filter(id=unit_id).update(closed_on=on_date)
        body = {"unit": str(unit_id), "on": on_date.isoformat(), "reason": reason}
        deed.record(f"unit:{unit_id}", events.UNIT_CLOSED, body)


@command("offices.reopen_unit")
def reopen_unit(*, command_id: UUID, actor: Actor, now: datetime, unit_id: UUID, reason: str) -> None:
    """Open a closed unit again, from today, with the posts it had. :raises Conflict: `unit-closed` while the one above is closed."""
    policy.require_manager(actor)
    with once() as deed:
        unit = Unit.objects.select_for_update().filter(id=unit_id, closed_on__isnull=False).first()
        if unit is None:
            raise Conflict("unit-open")
        _closing(reason, None, now)
        if unit.parent_id is not None:
            _hold_unit(unit.parent_id)
        Unit.objects.filter(id=unit_id).update(closed_on=None)
        deed.record(f"unit:{unit_id}", events.UNIT_REOPENED, {"unit": str(unit_id), "reason": reason})


@command("offices.close_post")
def close_post(
    *, command_id: UUID, actor: Actor, now: datetime, post_id: UUID, reason: str, on_date: date | None = None
) -> None:
    """Take a post away, today or as of a day that has passed; who held it when stays known.

    :raises Conflict: `post-in-use` while anything lies there, `unit-closed` in a closed unit; :raises NotFound: for one that is closed.
    :raises Invalid: `closing-reason`; `closing-date` for a day that is still to come.
    """
    policy.require_manager(actor)
    with once() as deed:
        post = _lock_post(post_id)
        on_date = _closing(reason, on_date, now)
        if queries.list_lying(post.unit, localdate(now), post):
            raise Conflict("post-in-use")
        Post.objects.filter(id=post_id).update(closed_on=on_date)
        body = {"post": str(post_id), "on": on_date.isoformat(), "reason": reason}
        deed.record(f"unit:{post.unit_id}", events.POST_CLOSED, body)


@command("offices.reopen_post")
def reopen_post(*, command_id: UUID, actor: Actor, now: datetime, post_id: UUID, reason: str) -> None:
    """Have a closed post again, from today, with nobody in it. :raises Conflict: `post-open`, or `unit-closed` in a closed unit."""
    policy.require_manager(actor)
    with once() as deed:
        post = Post.objects.select_for_update().filter(id=post_id, closed_on__isnull=False).first()
        if post is None:
            raise Conflict("post-open")
        _closing(reason, None, now)
        _hold_unit(post.unit_id)
        Post.objects.filter(id=post_id).update(closed_on=None)
        body = {"post": str(post_id), "reason": reason}
        deed.record(f"unit:{post.unit_id}", events.POST_REOPENED, body)


def _closing(reason: str, on_date: date | None, now: datetime) -> date:
    """Judge why and as of which day something is closed, and give the day."""
    if not reason.strip():
        raise wrong("closing-reason", "reason")
    intake.within(reason, 200, "reason")
    if on_date is not None and on_date > localdate(now):
        raise wrong("closing-date", "on_date")
    return on_date or localdate(now)


def _hold_unit(unit_id: UUID) -> Unit:
    """Fetch a unit and hold it until the deed ends, so that nothing comes to it while it is closed. :raises Conflict: `unit-closed`."""
    unit = Unit.objects.select_for_update().filter(id=unit_id).first()
    if unit is None:
        raise NotFound
    if unit.closed_on is not None:
        raise Conflict("unit-closed")
    return unit


@command("offices.create_post", answer=lambda told: Post.objects.get(id=told["post"]))
def create_post(
    *, command_id: UUID, actor: Actor, now: datetime, unit_id: UUID, role: str, title: str, seats: int = 1
) -> Post:
    """Create a post in a unit that gives its holders a role. :raises Invalid: `unit-exists`, `not-drawable`."""
    policy.require_manager(actor)
    require_drawable(title=title)
    with once() as deed:
        if Post.objects.filter(unit_id=unit_id, role=role, title=title).exists():
            raise wrong("unit-exists", "title")
        post = Post.objects.create(unit=_hold_unit(unit_id), role=role, title=title, seats=seats)
        body = {"post": str(post.id), "unit": str(unit_id), "role": role}
        deed.record(f"unit:{unit_id}", events.POST_CREATED, body)
        deed.answer = {"post": str(post.id)}
        return post


# -- appointments -----------------------------------------------------------------------------------------------------


@command("offices.appoint", answer=lambda told: Appointment.objects.get(id=told["appointment"]))
def appoint(
    *,
    command_id: UUID,
    actor: Actor,
    now: datetime,
    post_id: UUID,
    person_id: UUID,
    from_date: date,
    to_date: date | None = None,
    acting: bool = False,
    basis: str,
    nip: str = "",
    rank: str = "",
) -> Appointment:
    """Appoint a person to a post, definitively or as acting holder (Plt) of a vacant one.

    From then on their account must have a second factor. `nip` and `rank` as typed are noted of the person; where they are empty
    what is noted stays. :raises Invalid: `nip-format`, `rank-unknown`;
    :raises Conflict: `post-filled` when all seats are taken, `post-not-vacant` for a Plt beside a holder.
    """
    policy.require_manager(actor)
    _check_dates(from_date, to_date)
    official = people_actions.read_official(nip, rank, localdate(now))
    with once() as deed:
        post = _lock_post(post_id)
        taken = _stretches(post_id, from_date, to_date)
        if acting and any(kind == Appointment.Kind.DEFINITIVE for kind, _, _, _ in taken):
            raise Conflict("post-not-vacant")
        if len(taken) >= post.seats or any(holder == person_id for _, _, _, holder in taken):
            raise Conflict("post-filled")
        kind = Appointment.Kind.ACTING if acting else Appointment.Kind.DEFINITIVE
        if any(official):
            people_actions.note_official(
                command_id=uuid5(deed.id, "official"), actor=actor, now=now, person_id=person_id, nip=nip or None,
                rank=rank or None,
            )  # fmt: skip
        return _appoint(deed, post, person_id, kind, from_date, to_date, basis, stands_in_for=None)


def set_deputy(
    *,
    command_id: UUID,
    actor: Actor,
    now: datetime,
    appointment_id: UUID,
    person_id: UUID,
    from_date: date,
    to_date: date,
    basis: str,
) -> Appointment:
    """Let a person stand in (Plh) for the holder of a post between two dates; the holder's role sleeps meanwhile.

    Whoever heads the unit may, with another officer; an administrator with anybody.
    :raises Invalid: `deputy-self`, `deputy-no-officer`, or `appointment-dates` when they do not lie within the holder's own.
    :raises Conflict: `post-filled` when another deputy stands in on some of these dates.
    """
    given = {
        "appointment": appointment_id, "person": person_id, "from": from_date, "to": to_date, "basis": basis,
    }  # fmt: skip
    digest = digest_of(given)  # no @command: the post is looked at before it is known whether they may be answered
    with journal.deed(command_id, actor=actor, now=now, name="offices.set_deputy", digest=digest) as deed:
        holder = _get_appointment(appointment_id)
        post = _lock_post(holder.post_id)
        policy.require_deputiser(actor, post.role, post.unit.path, localdate(now))
        if deed.repeated:
            return Appointment.objects.get(id=deed.answer["appointment"])
        _check_dates(from_date, to_date)
        if holder.person_id == person_id:
            raise wrong("deputy-self", "person")
        if not (policy.may_manage(actor) or queries.is_officer(person_id, localdate(now))):
            raise wrong("deputy-no-officer", "person")
        if from_date < holder.from_date or to_date > (holder.to_date or date.max):
            raise wrong("appointment-dates", "to_date")
        others = Appointment.objects.filter(stands_in_for=holder).values_list("from_date", "to_date")
        if rules.overlaps(from_date, to_date, others):
            raise Conflict("post-filled")
        return _appoint(deed, post, person_id, Appointment.Kind.DEPUTY, from_date, to_date, basis, stands_in_for=holder)


def end_appointment(
    *, command_id: UUID, actor: Actor, now: datetime, appointment_id: UUID, last_day: date, reason: str
) -> None:
    """End an appointment, and whatever deputies stood in for it, after a last day.

    A deputy's time may be ended by whoever may name one; before its first day it is withdrawn.
    """
    # no @command: the row is looked at before it is known whether they may be answered
    digest = digest_of({"appointment": appointment_id, "last_day": last_day, "reason": reason})
    with journal.deed(command_id, actor=actor, now=now, name="offices.end_appointment", digest=digest) as deed:
        appointment = _get_appointment(appointment_id)
        if appointment.kind == Appointment.Kind.DEPUTY:
            post = appointment.post
            policy.require_deputiser(actor, post.role, post.unit.path, localdate(now))
        else:
            policy.require_manager(actor)
        if deed.repeated:
            return
        ended = Appointment.objects.filter(id=appointment_id)
        deputies = Appointment.objects.filter(stands_in_for=appointment)
        if appointment.kind != Appointment.Kind.DEPUTY and last_day < appointment.from_date:
            raise wrong("appointment-dates", "last_day")
        for row in (ended, deputies):  # a deputy who never began is withdrawn; the journal keeps that they were named
            row.filter(kind=Appointment.Kind.DEPUTY, from_date__gt=last_day).delete()
        ended.update(to_date=last_day)
        deputies.filter(to_date__gt=last_day).update(to_date=last_day)
        body = {"appointment": str(appointment_id), "on": last_day.isoformat(), "reason": reason}
        deed.record(f"post:{appointment.post_id}", events.APPOINTMENT_ENDED, body)


def end_deputy(
    *, command_id: UUID, actor: Actor, now: datetime, appointment_id: UUID, last_day: date, reason: str
) -> None:
    """End a deputy's time, as `end_appointment` does. :raises NotFound: for an appointment that is no deputy's."""
    if _get_appointment(appointment_id).kind != Appointment.Kind.DEPUTY:
        raise NotFound
    end_appointment(
        command_id=command_id, actor=actor, now=now, appointment_id=appointment_id, last_day=last_day, reason=reason
    )


@command("offices.note_absence", answer=lambda told: Absence.objects.get(id=told["absence"]))
def note_absence(
    *, command_id: UUID, actor: Actor, now: datetime, person_id: UUID, kind: str, from_date: date, to_date: date
) -> Absence:
    """Note that an officer is away: no new task goes to them, and what lies on their desk is their unit's meanwhile.

    The officer may, whoever heads a unit they have a post in, and administrators. :raises Invalid: `absence-dates`.
    """
    policy.require_arranger(actor, person_id, localdate(now))
    if kind not in Absence.Kind.values:
        raise wrong("invalid", "kind")
    if to_date < from_date:
        raise wrong("absence-dates", "to_date")
    with once() as deed:
        absence = Absence.objects.create(person_id=person_id, kind=kind, from_date=from_date, to_date=to_date)
        body = {"absence": str(absence.id), "person": str(person_id), "from": str(from_date), "to": str(to_date)}
        deed.record(f"person:{person_id}", events.ABSENCE_NOTED, body)
        deed.answer = {"absence": str(absence.id)}
        return absence


@command("offices.end_absence")
def end_absence(*, command_id: UUID, actor: Actor, now: datetime, absence_id: UUID, last_day: date | None) -> None:
    """Let an absence end after an earlier last day, or withdraw it whole; their desk is the officer's own again from then on.

    :raises Invalid: `absence-dates`; :raises Conflict: `absence-over`.
    """
    with once() as deed:
        absence = Absence.objects.select_for_update().filter(id=absence_id).first()
        if absence is None:
            raise NotFound
        policy.require_arranger(actor, absence.person_id, localdate(now))
        if absence.to_date < localdate(now):
            raise Conflict("absence-over")
        if last_day is None:
            Absence.objects.filter(id=absence_id).delete()  # the journal keeps that it was noted
        elif absence.from_date <= last_day <= absence.to_date:
            Absence.objects.filter(id=absence_id).update(to_date=last_day)
        else:
            raise wrong("absence-dates", "last_day")
        body = {
            "absence": str(absence_id), "person": str(absence.person_id), "to": str(last_day) if last_day else None,
        }  # fmt: skip
        deed.record(f"person:{absence.person_id}", events.ABSENCE_ENDED, body)


def _appoint(
    deed: journal.Deed, post: Post, person_id: UUID, kind: Appointment.Kind, from_date: date, to_date: date | None,
    basis: str, *, stands_in_for: Appointment | None,
) -> Appointment:  # fmt: skip
    appointment = Appointment.objects.create(
        post=post, person_id=person_id, kind=kind, from_date=from_date, to_date=to_date, basis=basis,
        stands_in_for=stands_in_for,
    )  # fmt: skip
    people_actions.demand_second_factor(deed, person_id)
    body = {
        "appointment": str(appointment.id), "post": str(post.id), "person": str(person_id), "kind": str(kind),
        "from": str(from_date), "to": str(to_date) if to_date else None,
    }  # fmt: skip
    deed.record(f"post:{post.id}", events.APPOINTED, body)
    if kind == Appointment.Kind.DEPUTY:  # who may not have been asked
        deed.send(events.TOPIC_DEPUTISED, {"appointment": str(appointment.id)})
    deed.answer = {"appointment": str(appointment.id)}
    return appointment


def _stretches(post_id: UUID, from_date: date, to_date: date | None) -> list[tuple[str, date, date | None, UUID]]:
    """List the non-deputy appointments of a post that meet a stretch of dates."""
    rows = Appointment.objects.filter(post_id=post_id).exclude(kind=Appointment.Kind.DEPUTY)
    every = rows.values_list("kind", "from_date", "to_date", "person_id")
    return [row for row in every if rules.overlaps(from_date, to_date, [(row[1], row[2])])]


def _lock_post(post_id: UUID) -> Post:
    """Fetch a post and hold it until the deed ends, so that two appointments cannot take one seat."""
    post = Post.objects.select_for_update().filter(id=post_id, closed_on__isnull=True).first()
    if post is None:
        raise NotFound
    post.unit = _hold_unit(post.unit_id)
    return post


def _get_appointment(appointment_id: UUID) -> Appointment:
    found = Appointment.objects.filter(id=appointment_id).first()
    if found is None:
        raise NotFound
    return found


def _check_dates(from_date: date, to_date: date | None) -> None:
    if to_date is not None and to_date < from_date:
        raise wrong("appointment-dates", "to_date")


# -- calendars --------------------------------------------------------------------------------------------------------


@command("offices.set_calendar")
def set_calendar(
    *, command_id: UUID, actor: Actor, now: datetime, facts: rules.CalendarFacts, title: str, legal_basis: str
) -> None:
    """Create or change a working calendar, its exceptional days included; units that use it follow at once.

    :raises Invalid: `calendar-hours` when the hours are impossible.
    """
    policy.require_manager(actor)
    try:
        rules.build_calendar(facts)
    except (ValueError, KeyError) as error:
        raise Invalid("calendar-hours", why=error) from error
    with once() as deed:
        WorkingCalendar.objects.update_or_create(name=facts.name, defaults=_calendar_row(facts, title, legal_basis))
        CalendarDay.objects.filter(calendar_id=facts.name).delete()
        days = [CalendarDay(calendar_id=facts.name, day=day, hours=at, reason=why) for day, at, why in facts.days]
        CalendarDay.objects.bulk_create(days)
        body = {"calendar": facts.name, "fingerprint": facts.fingerprint}
        deed.record(f"calendar:{facts.name}", events.CALENDAR_CHANGED, body)


@command("offices.set_unit_calendar")
def set_unit_calendar(*, command_id: UUID, actor: Actor, now: datetime, unit_id: UUID, calendar: str) -> None:
    """Let a unit work by another calendar from now on."""
    policy.require_manager(actor)
    with once() as deed:
        queries.get_calendar_named(calendar)
        Unit.objects.filter(id=unit_id).update(calendar_id=calendar)
        deed.record(f"unit:{unit_id}", events.CALENDAR_CHANGED, {"unit": str(unit_id), "calendar": calendar})


def _calendar_row(facts: rules.CalendarFacts, title: str, legal_basis: str) -> dict[str, Any]:
    return {
        "title": title,
        "zone": facts.zone,
        "hours": dict(facts.hours),
        "closes_on_holidays": facts.closes_on_holidays,
        "closes_on_joint_leave": facts.closes_on_joint_leave,
        "keeps_ramadan_hours": facts.keeps_ramadan_hours,
        "legal_basis": legal_basis,
        "fingerprint": facts.fingerprint,
    }


# -- a whole town -----------------------------------------------------------------------------------------------------

# The departments a city begins with: code, kind, name, letter code, and the head's title where not "Kepala <name>".
_DEPARTMENTS = (
    ("sekretariat", "bagian", "Sekretariat Daerah", "Setda", "Sekretaris Daerah"),
    ("disdukcapil", "dinas", "Dinas Kependudukan dan Pencatatan Sipil", "Disdukcapil", ""),
    ("dpmptsp", "dinas", "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu", "DPMPTSP", "Kepala DPMPTSP"),
    ("diskominfo", "dinas", "Dinas Komunikasi dan Informatika", "Diskominfo", ""),
    ("inspektorat", "dinas", "Inspektorat Daerah", "Itda", "Inspektur Daerah"),
    ("bagian-hukum", "bagian", "Bagian Hukum", "Bag-Hukum", ""),
    ("bagian-organisasi", "bagian", "Bagian Organisasi", "Bag-Org", ""),
)
_HEADS = {"Pemerintah Kota": "Wali Kota", "Kecamatan": "Camat", "Kelurahan": "Lurah"}


@command("offices.seed_town", answer=lambda told: Unit.objects.count())
def seed_town(
    *, command_id: UUID, actor: Actor, now: datetime, area: str = "64.72", zone: str = "Asia/Makassar"
) -> int:
    """Build the whole tree of a town from the decree's areas, with posts and calendars but nobody in them.

    City, departments, districts and villages, in a handful of statements; tells how many units there are. Done twice it
    changes nothing.
    """
    policy.require_manager(actor)
    with once() as deed:
        if Unit.objects.exists():
            return Unit.objects.count()
        ensure_calendars(zone)
        units = _town_units(area)
        Unit.objects.bulk_create(units)
        Post.objects.bulk_create(post for unit in units for post in _posts(unit))
        deed.record("offices", events.TOWN_SEEDED, {"area": area, "units": len(units)})
        return len(units)


def ensure_calendars(zone: str = "Asia/Makassar") -> None:
    """Insert the three calendars a town begins with, where there are none yet; part of the caller's deed."""
    if WorkingCalendar.objects.exists():
        return
    always: dict[str, list[str | None]] = {str(day): ["00:00", "00:00", None, None] for day in range(7)}
    office, six = (rules.hours_as_json(clock.load_hours(name)) for name in ("office", "six-day"))
    first = (
        ("Kantor, Senin-Jumat", "Perpres 21/2023", _facts("office", zone, office)),
        ("Enam hari, Senin-Sabtu", "", _facts("six-day", zone, six, ramadan=False)),
        ("Setiap hari, 24 jam", "", rules.CalendarFacts("always", zone, always, False, False, False)),
    )  # fmt: skip
    WorkingCalendar.objects.bulk_create(
        WorkingCalendar(
            name=facts.name, status="confirmed" if basis else "unconfirmed", **_calendar_row(facts, title, basis)
        )
        for title, basis, facts in first
    )


def _facts(name: str, zone: str, hours: dict[str, list[str | None]], *, ramadan: bool = True) -> rules.CalendarFacts:
    return rules.CalendarFacts(name, zone, hours, True, True, ramadan)


def _town_units(area: str) -> list[Unit]:
    town = areas.find_area(area)
    if town is None or town.code.count(".") != 1:
        raise Invalid("no-unit")
    top = _unit("kota", "kota", f"Pemerintah {town.name}", "Kota", None, area=town.code)
    units = [top]
    units += [_unit(code, kind, name, short, top) for code, kind, name, short, _ in _DEPARTMENTS]
    districts: dict[str, Unit] = {}
    for each in areas.list_areas(town.code):
        if each.code.count(".") == 2:
            unit = _unit(f"kec-{each.code}", "kecamatan", f"Kecamatan {each.name}", f"Kec-{_short(each.name)}", top)
            districts[each.code] = unit
        else:
            above = districts[each.code[:8]]
            unit = _unit(f"kel-{each.code}", "kelurahan", f"Kelurahan {each.name}", f"Kel-{_short(each.name)}", above)
        unit.area = each.code
        units.append(unit)
    return units


def _short(name: str) -> str:
    return "".join(name.split())


def _unit(code: str, kind: str, name: str, short: str, parent: Unit | None, *, area: str = "") -> Unit:
    path = rules.child_path(parent.path if parent else "/", code)
    return Unit(
        id=uuid4(), code=code, kind=kind, name=name, letter_code=short, parent=parent, path=path, area=area,
        calendar_id="office",
    )  # fmt: skip


def _posts(unit: Unit) -> list[Post]:
    """List the posts every unit begins with: a head, a section head, and clerks at the desk and the counter."""
    posts = [Post(unit=unit, role="head", title=_head_title(unit))]
    if unit.kind != "kota":
        section = "Kepala Seksi Pelayanan" if unit.area else "Kepala Bidang Pelayanan"
        posts.append(Post(unit=unit, role="section-head", title=section))
        posts.append(Post(unit=unit, role="clerk", title="Staf Pelayanan", seats=12))
        posts.append(Post(unit=unit, role="counter", title="Petugas Loket", seats=12))
    if unit.code == "inspektorat":
        posts.append(Post(unit=unit, role="auditor", title="Auditor", seats=12))
    if unit.kind == "kota":
        posts.append(Post(unit=unit, role="auditor", title="Pemeriksa Kota", seats=4))
        posts.append(Post(unit=unit, role="operator", title="Operator Balai", seats=4))
        posts.append(Post(unit=unit, role="archivist", title="Arsiparis", seats=4))
    return posts


def _head_title(unit: Unit) -> str:
    """Name the head of a unit: "Lurah Sidodadi", "Wali Kota Samarinda", or the title of the department's head."""
    for beginning, title in _HEADS.items():
        if unit.name.startswith(beginning):
            return f"{title}{unit.name.removeprefix(beginning)}"
    special = next(head for code, _, _, _, head in _DEPARTMENTS if code == unit.code)
    return special or f"Kepala {unit.name}"
