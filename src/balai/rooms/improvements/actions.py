"""Every write of the improvement log: reported, answered, emptied. Each is one deed."""

from datetime import datetime
from uuid import UUID, uuid5

from balai.base import intake, journal
from balai.base.actors import CLOCK, Actor
from balai.base.commands import command, once
from balai.base.errors import Conflict, NotFound
from balai.records.errors import wrong
from balai.rooms.improvements import policy, queries, rules
from balai.rooms.improvements.models import Report


@command("improvements.report")
def report(*, command_id: UUID, actor: Actor, now: datetime, page: str, text: str, contact: str) -> None:
    """Take what somebody found wrong on a page, named by its pattern; words and contact are sealed.

    :raises Invalid: without words, or with more than the log takes.
    """
    text = intake.words(text, rules.LONGEST, "text")
    contact = intake.plain(contact, rules.CONTACT, "contact")
    if len(text) < rules.LEAST:
        raise wrong("improvement-words", "text")
    with once() as deed:
        made = uuid5(deed.id, "improvement")
        Report.objects.create(
            id=made,
            at=now,
            moved_at=now,
            page=page[:120],
            sealed=queries.seal(made, {"text": text, "contact": contact}),
        )
        deed.record(_stream(made), "report", {"page": page[:120]})


@command("improvements.answer")
def answer(
    *, command_id: UUID, actor: Actor, now: datetime, report_id: UUID, state: str, subject: str, answer: str
) -> None:  # fmt: skip
    """Say in public words what is wrong and what becomes of it.

    :raises NotAllowed: :raises NotFound: :raises Invalid: without a subject, or declined without a reason.
    :raises Conflict: `improvement-state` for a step that does not follow.
    """
    policy.require_keeper(actor)
    subject = intake.line(subject, rules.SUBJECT, "subject")
    answer = intake.words(answer, rules.ANSWER, "answer")
    missing = [name for name, bad in (("subject", not subject), ("answer", state == "declined" and not answer)) if bad]
    if missing or state not in rules.STATES[1:]:
        raise wrong("improvement-answer", *(missing or ["state"]))
    with once() as deed:
        row = Report.objects.select_for_update().filter(id=report_id).first()
        if row is None:
            raise NotFound
        if state not in rules.STEPS[row.state]:
            raise Conflict("improvement-state")
        Report.objects.filter(id=row.id).update(state=state, subject=subject, answer=answer, moved_at=now)
        deed.record(_stream(row.id), state, {"subject": subject, "answer": answer})


def empty(report_id: UUID, *, now: datetime) -> int:
    """Empty the words and the contact of a report that was settled long enough ago; what is public stays."""
    command = uuid5(report_id, "empty")
    with journal.deed(command, actor=CLOCK, now=now, name="improvements.empty") as deed:
        if not deed.repeated:
            Report.objects.filter(id=report_id, state__in=rules.SETTLED).update(sealed=b"")
            deed.record(_stream(report_id), "empty", {})
    return 1


def _stream(report_id: UUID) -> str:
    return f"improvement:{report_id}"
