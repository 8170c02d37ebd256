"""What administrators are told: noted once however often it is said, then told to each of them like everything else."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from balai.base import journal, outbox, owed, post, sql, watch
from balai.base.actors import Actor
from balai.base.errors import Invalid, NotAllowed
from balai.base.pages import texts
from balai.base.pages.moments import moment
from balai.casework.notices import digest, events, kinds, queries
from balai.casework.notices.actions.carrying import QUIET
from balai.casework.notices.actions.telling import tell
from balai.casework.notices.models import Alert
from balai.records.people import queries as people
from balai.records.people.rules import mask_contact

AGAIN = timedelta(hours=24)  # what is said again this long after it was last said is told again

kinds.kind("alerts", page="admin.home", audience="officer", urgency="digest")


def raise_alert(
    *, message_id: UUID, actor: Actor, now: datetime, kind: str, subject: str, case_id: UUID | None = None,
    node: str = "", detail: str = "",
) -> None:  # fmt: skip
    """Note something administrators must be told of; said again it is the same alert, told again after a day.

    The words of a kind are `notices.alert.kind.<kind>`, those of a room's kind `messages.unheard` are `alert.unheard` in the room's.
    """
    with journal.deed(message_id, actor=actor, now=now, name="notices.alert", always=True) as deed:
        if deed.repeated:
            return
        sql.execute(
            "INSERT INTO notices_alert (id, kind, subject, case_id, node, detail, raised_at, times)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, 1) ON CONFLICT (kind, subject) DO UPDATE SET"
            " told_at = CASE WHEN notices_alert.raised_at < %s THEN NULL ELSE notices_alert.told_at END,"
            " times = notices_alert.times + 1, raised_at = excluded.raised_at",
            [uuid4(), kind, subject[:200], case_id, node, detail[:120], now, now - AGAIN],
        )


def tell_administrators(*, actor: Actor, now: datetime) -> int:
    """Tell each administrator everything they were not told of yet, at most once an hour.

    A step that was stuck and goes on again meanwhile is nobody's worry any more. Tells how many alerts were told of.
    """
    administrators = people.list_administrators()
    _raise_dead(actor, now, administrators)
    _mind_failing_jobs(actor, now)
    _mind_the_watch(actor, now)
    last, waiting = queries.last_told(), queries.list_untold()
    if not waiting or not administrators or (last is not None and now - last < QUIET):
        return 0
    batch = uuid5(waiting[0].id, f"told {now.isoformat()}")
    with journal.deed(batch, actor=actor, now=now, name="notices.tell", always=True) as deed:
        news = [alert for alert in waiting if not _is_over(alert)]
        gone = [alert.id for alert in waiting if alert not in news]
        fresh = Alert.objects.filter(id__in=[alert.id for alert in news], told_at__isnull=True)
        count = fresh.update(told_at=now, batch=batch)
        Alert.objects.filter(id__in=gone, told_at__isnull=True).update(told_at=now)
        if count:
            deed.record("notices", "tell", {"batch": str(batch), "alerts": count})
            for person_id in administrators:
                tell(deed, person_id, "alerts", lambda lang: digest.facts_of(news, lang))
    return count


def _is_over(alert: Alert) -> bool:
    return alert.kind == "incident" and alert.case is not None and alert.case.stuck_at is None


def _raise_dead(actor: Actor, now: datetime, administrators: list[UUID]) -> None:
    """Raise an alert for each message that died; those that carry these very mails are left out, or one would beget the next."""
    ours = {str(person_id) for person_id in administrators}
    dead = {
        str(message.id): message
        for message in owed.list_owed("dead")
        if message.topic != events.GATHERED or message.payload.get("person") not in ours
    }
    for subject in dead.keys() - (queries.list_subjects("dead", dead) if dead else set()):
        topic = dead[subject].topic
        raise_alert(
            message_id=uuid5(dead[subject].id, "dead"), actor=actor, now=now, kind="dead", subject=subject, detail=topic
        )


def _mind_failing_jobs(actor: Actor, now: datetime) -> None:
    """Raise one alert for each job that keeps failing, however much it fails at, and take it away once all of it works."""
    failing, raised = outbox.list_failing_jobs(), queries.list_all_subjects("job")
    for job in failing.keys() - raised:
        times, since = failing[job]
        if times >= outbox.STUBBORN:
            raise_alert(
                message_id=uuid5(NAMESPACE_OID, f"{job} fails since {since.isoformat()}"), actor=actor, now=now,
                kind="job", subject=job, detail=job,
            )  # fmt: skip
    if over := raised - failing.keys():
        with journal.deed(uuid4(), actor=actor, now=now, name="notices.job-again", always=True) as deed:
            Alert.objects.filter(kind="job", subject__in=over).delete()
            deed.record("notices", "job-again", {"jobs": sorted(over)})


def _mind_the_watch(actor: Actor, now: datetime) -> None:
    """Raise an alert for each check that stays bad for a second round, and take it away once it is good; jobs have their own."""
    found = watch.last_round()
    if found is None or found.is_old(now):
        return
    bad = {one.finding.check: one.since for one in found.bad if one.finding.check != "jobs"}
    raised = queries.list_all_subjects("watch")
    for check in bad.keys() - raised:
        if found.at - bad[check] >= watch.EVERY:
            raise_alert(
                message_id=uuid5(NAMESPACE_OID, f"{check} is bad since {bad[check].isoformat()}"), actor=actor, now=now,
                kind="watch", subject=check, detail=check,
            )  # fmt: skip
    if over := raised - bad.keys():
        with journal.deed(uuid4(), actor=actor, now=now, name="notices.watch-again") as deed:
            Alert.objects.filter(kind="watch", subject__in=over).delete()
            deed.record("notices", "watch-again", {"checks": sorted(over)})


def send_test(*, command_id: UUID, actor: Actor, now: datetime) -> None:
    """Owe an administrator a test mail to their own address. :raises Invalid: `no-address` when they have none."""
    if actor.person_id is None:
        raise NotAllowed
    with journal.deed(command_id, actor=actor, now=now, name="notices.test") as deed:
        person = people.get_person(actor.person_id)
        if not person.email:
            raise Invalid("no-address")
        if deed.repeated:
            return
        post.owe(
            deed, to=person.email, masked=mask_contact(person.email), subject=texts.say("notices.test.subject", person.language),
            body=texts.say("notices.test.body", person.language, at=moment(now, person.language)),
            language=person.language, kind="test", life=timedelta(hours=1),
        )  # fmt: skip
        deed.record("notices", "test", {})
