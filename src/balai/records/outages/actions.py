"""Every write of outages: read-only and back, recording, announcing, and the sign of life."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4, uuid5

from django.conf import settings

from balai.base import intake, journal, readonly, sql
from balai.base.actors import CLOCK, Actor
from balai.base.commands import command, id_of, once
from balai.base.errors import Conflict
from balai.base.models import ReadOnly
from balai.records.errors import wrong
from balai.records.outages import events, queries, status
from balai.records.outages.models import Announcement, Outage
from balai.records.people import policy

STREAM = "outages"
FOUND = UUID("5b1f6a1e-9f0e-4a53-8d8e-2f6b0c7d9a10")  # of outages found by a gap, so that two workers find one
LONGEST = timedelta(days=60)  # what is longer is a mistake, or nobody's deadline any more


@command("outages.make-read-only", always=True)
def make_read_only(
    *, command_id: UUID, actor: Actor, now: datetime, why_id: str, why_en: str, until: datetime | None = None
) -> None:
    """Make the hall read-only for a public reason: everything can be read and checked, nothing is written.

    :raises NotAllowed: for whoever is no administrator. :raises Conflict: when it is already.
    :raises Invalid: without a reason in both languages, or with an end that has passed.
    """
    policy.require_administrator(actor)
    why_id, why_en = intake.words(why_id, 300, "why_id"), intake.words(why_en, 300, "why_en")
    if not why_id or not why_en:
        raise wrong("read-only-reason", *(name for name, text in (("why_id", why_id), ("why_en", why_en)) if not text))
    if until is not None and until <= now:
        raise wrong("read-only-until", "until")
    with once() as deed:
        if readonly.find() is not None:
            raise Conflict("read-only-already")
        ReadOnly.objects.create(id=uuid4(), since=now, until=until, why_id=why_id, why_en=why_en, running=True)
        deed.record(STREAM, events.READ_ONLY, {"until": until.isoformat() if until else None})
        deed.send(events.TOPIC_CHANGED, {})


@command("outages.make-writable", answer=lambda told: UUID(told["outage"]) if told["outage"] else None, always=True)
def make_writable(*, command_id: UUID, actor: Actor, now: datetime, drill: bool = False) -> UUID | None:
    """Let the hall be written to again; the stretch was an outage for citizens. Gives the outage's id.

    :raises NotAllowed: for whoever is no administrator. :raises Conflict: when it is not read-only.
    """
    policy.require_administrator(actor)
    with once() as deed:
        found = ReadOnly.objects.select_for_update().filter(running=True).first()
        if found is None:
            raise Conflict("not-read-only")
        ReadOnly.objects.filter(id=found.id).update(running=None, ended_at=now)
        made = _record(deed, found.since, now, "read-only", drill) if now > found.since else None
        deed.record(STREAM, events.WRITABLE, {"outage": str(made) if made else None})
        deed.send(events.TOPIC_CHANGED, {})
        deed.answer = {"outage": str(made) if made else ""}
        return made


@command("outages.record", answer=id_of("outage"), always=True)
def record_outage(
    *, command_id: UUID, actor: Actor, now: datetime, began_at: datetime, ended_at: datetime, drill: bool = False
) -> UUID:
    """Record that citizens could not use the hall between two moments; their deadlines get the time back.

    :raises NotAllowed: for whoever is no administrator. :raises Invalid: `outage-span` when it has not ended, or is no stretch.
    """
    policy.require_administrator(actor)
    if not began_at < ended_at <= now or ended_at - began_at > LONGEST:
        raise wrong("outage-span", "ended_at")
    with once() as deed:
        made = _record(deed, began_at, ended_at, "recorded", drill)
        deed.answer = {"outage": str(made)}
        return made


def _record(deed: journal.Deed, began_at: datetime, ended_at: datetime, how: str, drill: bool) -> UUID:
    made = Outage.objects.create(
        id=uuid5(deed.id, "outage"), began_at=began_at, ended_at=ended_at, how=how, drill=drill, recorded_at=deed.now,
        spread_at=deed.now if drill else None,
    )  # fmt: skip
    body = {"outage": str(made.id), "began_at": began_at.isoformat(), "ended_at": ended_at.isoformat()}
    deed.record(STREAM, events.RECORDED, body | {"how": how, "drill": drill})
    deed.send(events.TOPIC_CHANGED, {})
    return made.id


def give_pulse(now: datetime) -> None:
    """Give a sign of life: one plain statement a minute, which nothing but `find_gap` ever reads."""
    sql.execute(
        "INSERT INTO outages_pulse (id, at) VALUES (1, %s) ON CONFLICT (id) DO UPDATE SET at = excluded.at", [now]
    )


def find_gap(now: datetime) -> UUID | None:
    """Record the outage between the last sign of life and now, when a worker starts after a long silence; give its id."""
    last = queries.find_pulse()
    give_pulse(now)
    gap = timedelta(hours=settings.BALAI_OUTAGE_HOURS)
    if last is None or not gap or not gap <= now - last <= LONGEST:
        return None
    with journal.deed(uuid5(FOUND, last.isoformat()), actor=CLOCK, now=now, name="outages.record", always=True) as deed:
        return None if deed.repeated else _record(deed, last, now, "found", drill=False)


def note_spread(outage_id: UUID, now: datetime) -> None:
    """Note that every citizen's deadline has an outage's time back."""
    with journal.deed(uuid5(outage_id, "spread"), actor=CLOCK, now=now, name="outages.spread", always=True):
        Outage.objects.filter(id=outage_id, spread_at__isnull=True).update(spread_at=now)


def write_status(now: datetime) -> bool:
    """Write the status page now; tell whether there is a folder for it."""
    return status.write(now)


@command("outages.announce", answer=id_of("announcement"), always=True)
def announce(*, command_id: UUID, actor: Actor, now: datetime, text_id: str, text_en: str) -> UUID:
    """Say something on the status page, in both languages. :raises NotAllowed: :raises Invalid: without words in both."""
    policy.require_administrator(actor)
    text_id, text_en = intake.words(text_id, 400, "text_id"), intake.words(text_en, 400, "text_en")
    if not text_id or not text_en:
        raise wrong(
            "announce-words", *(name for name, text in (("text_id", text_id), ("text_en", text_en)) if not text)
        )
    with once() as deed:
        made = Announcement.objects.create(id=uuid5(deed.id, "announcement"), at=now, text_id=text_id, text_en=text_en)
        deed.record(STREAM, events.ANNOUNCED, {"announcement": str(made.id)})
        deed.send(events.TOPIC_CHANGED, {})
        deed.answer = {"announcement": str(made.id)}
        return made.id


@command("outages.take-down", always=True)
def take_down(*, command_id: UUID, actor: Actor, now: datetime, announcement_id: UUID) -> None:
    """Take an announcement off the status page. :raises NotAllowed: :raises Conflict: when it is down already."""
    policy.require_administrator(actor)
    with once() as deed:
        if not Announcement.objects.filter(id=announcement_id, ended_at__isnull=True).update(ended_at=now):
            raise Conflict
        deed.record(STREAM, events.TAKEN_DOWN, {"announcement": str(announcement_id)})
        deed.send(events.TOPIC_CHANGED, {})
