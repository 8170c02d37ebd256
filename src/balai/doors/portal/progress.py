"""Where a case stands, as its holder reads it: timeline, deadline in words and as a bar, what is asked of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from balai.base.clock import Calendar
from balai.base.pages.parts import Moment, Tone
from balai.base.pages.texts import say
from balai.casework.cases.queries import CaseView, Happening, TaskRow
from balai.engine import forms

TONES: dict[str, Tone] = {
    "granted": "ok",
    "deemed_granted": "ok",
    "handed_over": "ok",
    "refused": "bad",
    "lapsed": "",
    "withdrawn": "",
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """The legal time in words, and how much of it has passed, in percent."""

    text: str
    left: str
    share: int
    tone: Tone
    paused: str
    extended: str  # until when and why it was given more time; "" where it was not
    pauses: tuple[tuple[str, str], ...]  # the public reason of each pause, and from when to when


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing the applicant has to do."""

    token: str
    title: str
    text: str
    due: str


def status(view: CaseView, lang: str) -> tuple[str, Tone]:
    """Say in a word or two where the case stands."""
    row = view.row
    if row.status == "closed":
        return say(f"portal.outcome.{row.outcome}", lang), TONES.get(row.outcome, "")
    if agreeing(view) and not any(task.role == "applicant" for task in row.open_tasks):
        return say("portal.status.others", lang), "warn"
    if row.paused_at or any(task.role == "applicant" for task in row.open_tasks):
        return say("portal.status.waiting", lang), "warn"
    return say("portal.status.open", lang), "info"


def agreeing(view: CaseView) -> list[str]:
    """Name the steps at which a case waits for others to agree with it."""
    steps = view.service.steps
    return [one.node for one in view.row.state.tokens if (step := steps.get(one.node)) and step.cosigners]


def headline(view: CaseView, lang: str) -> str:
    """Say in a sentence where the case stands, in the service's own words."""
    if view.row.status == "closed":
        return view.service.text(
            f"ends.{view.row.end_event}.title", lang, say(f"portal.outcome.{view.row.outcome}", lang)
        )
    nodes = [*(task.node for task in view.row.open_tasks), *agreeing(view)]
    words = [view.service.text(f"steps.{node}.public", lang, "") for node in nodes]
    return " · ".join(dict.fromkeys(word for word in words if word)) or say("portal.status.open", lang)


def outcome_text(view: CaseView, lang: str) -> str:
    """Say what the end of a case means, in the service's own words; "" while it is open."""
    return view.service.text(f"ends.{view.row.end_event}.public", lang, "") if view.row.status == "closed" else ""


def since(view: CaseView, lang: str) -> str:
    """Say since when the case stands where it is, or when it was closed."""
    row, zone = view.row, ZoneInfo(view.service.zone)
    if row.status == "closed":
        return moment_text(row.closed_at or row.submitted_at, zone, lang, time=False)
    at = max((task.opened_at for task in row.open_tasks), default=row.paused_at or row.submitted_at)
    return say("portal.timeline.since", lang, at=moment_text(at, zone, lang, time=False))


def moment_text(at: datetime, zone: tzinfo, lang: str, *, time: bool = True) -> str:
    """Write a moment as people say it in the town: Senin, 2 Maret 2026, 09.12."""
    local = at.astimezone(zone)
    day = say(f"pages.days.{local.weekday()}", lang)
    written = f"{day}, {forms.format_date(local.date(), lang)}"
    return f"{written}, {local:%H.%M}" if time else written


def timeline(view: CaseView, lang: str) -> tuple[Moment, ...]:
    """Tell what happened to a case and what comes, in the order of time."""
    zone = ZoneInfo(view.service.zone)
    return (*_past(view, zone, lang), *_now(view, zone, lang), *_later(view, zone, lang))


def _past(view: CaseView, zone: tzinfo, lang: str) -> Iterator[Moment]:
    for happening in view.course:
        at, iso = moment_text(happening.at, zone, lang), happening.at.isoformat()
        if happening.action == "submit":
            text = say("portal.timeline.unit", lang, unit=view.row.unit_name)
            if "received_at" in happening.body:  # on paper: the time of receipt counts, when it was entered is told
                text = f"{say('portal.timeline.on_paper', lang, at=at)} {text}"
                at, iso = moment_text(view.row.submitted_at, zone, lang), view.row.submitted_at.isoformat()
            yield Moment(say("portal.timeline.submitted", lang), at, text, iso=iso)
        if happening.action in ("give-back", "extend-office"):
            yield _more_time(view, happening, zone, lang)
        if happening.action == "extend":
            until = moment_text(datetime.fromisoformat(happening.body["due_after"]), zone, lang)
            words = say("portal.timeline.extended_text", lang, until=until, reason=view.row.extended.get("reason", ""))
            yield Moment(say("portal.timeline.extended", lang), at, words, iso=iso)
        if happening.action == "silence-waits" and "rounds" not in happening.body:
            yield Moment(say("portal.timeline.silence", lang), at, say("portal.timeline.silence_text", lang), iso=iso)
        if happening.action == "identity":
            yield Moment(say("portal.timeline.identity", lang), at, iso=iso)
        if happening.action == "objected":
            yield Moment(say(f"portal.timeline.begun.{happening.body['kind']}", lang), at, iso=iso)
        if happening.action == "overturned":
            words = say(f"portal.timeline.{happening.body['how']}", lang, number=happening.body["number"])
            yield Moment(words, at, iso=iso)
        if happening.action == "withdraw":
            yield Moment(say("portal.timeline.withdrawn", lang), at, iso=iso)
        for move in happening.body.get("moves", ()):
            made = _of_move(view, move, lang)
            if made is not None:
                title, text = made
                yield Moment(title, at, text, iso=iso)


def _more_time(view: CaseView, happening: Happening, zone: tzinfo, lang: str) -> Moment:
    """Tell that an outage moved a deadline: whose, to when, and why an office took more time."""
    body = happening.body
    told = {
        name: moment_text(datetime.fromisoformat(body[name]), zone, lang)
        for name in ("began_at", "ended_at", "due_before", "due_after")
    }
    reason = view.reasons.get(body["outage"], "")
    kind = body["kind"]
    return Moment(
        say(f"portal.more_time.{kind}", lang), moment_text(happening.at, zone, lang),
        say(f"portal.more_time.{kind}_text", lang, reason=reason, **told), iso=happening.at.isoformat(),
    )  # fmt: skip


def _of_move(view: CaseView, move: list[str], lang: str) -> tuple[str, str] | None:
    """Put one move of the journal into words for the applicant; most concern only the office."""
    kind, node = move[0], move[1] if len(move) > 1 else ""
    if kind == "pause":
        reason = view.service.text(f"steps.{node}.reason", lang, view.service.text(f"steps.{node}.public", lang, ""))
        return say("portal.timeline.paused", lang), reason
    if kind == "resume":
        return say("portal.timeline.resumed", lang), ""
    if kind == "close" and move[2] == "completed":
        step = view.service.steps.get(node)
        if step is not None and step.is_applicants:
            return say("portal.timeline.answered", lang), ""
        title = view.service.labels(lang, public=True).get(node, "")
        return (say("portal.timeline.done", lang, step=title), "") if title else None
    if kind == "end":
        end = view.service.ends.get(node)
        title = view.service.text(
            f"ends.{node}.title", lang, say(f"portal.outcome.{end.outcome if end else node}", lang)
        )
        return title, view.service.text(f"ends.{node}.public", lang, "")
    return None


def _now(view: CaseView, zone: tzinfo, lang: str) -> Iterator[Moment]:
    for task in view.row.open_tasks:
        title = view.service.text(
            f"steps.{task.node}.public", lang, view.service.text(f"steps.{task.node}.title", lang, task.node)
        )
        since = say("portal.timeline.since", lang, at=moment_text(task.opened_at, zone, lang, time=False))
        yield Moment(title, since, state="wait" if task.role == "applicant" else "now")


def _later(view: CaseView, zone: tzinfo, lang: str) -> Iterator[Moment]:
    if view.row.status != "closed" and view.row.due_at is not None:
        due = say("portal.timeline.until", lang, at=moment_text(view.row.due_at, zone, lang, time=False))
        when = say(f"portal.timeline.after.{_waits_for(view)}", lang) if view.row.paused_at else due
        yield Moment(say("portal.timeline.decision", lang), when, state="later")


def _waits_for(view: CaseView) -> str:
    """Say for whom a stopped clock waits: "you", or "others"."""
    return "you" if any(task.role == "applicant" for task in view.row.open_tasks) else "others"


def deadline(view: CaseView, calendar: Calendar, now: datetime, lang: str) -> Deadline | None:
    """Tell how long the office still has; None when the case is closed or has no deadline."""
    row = view.row
    if row.status == "closed" or row.due_at is None:
        return None
    at = row.paused_at or now
    today, last = calendar.local_date(at), calendar.local_date(row.due_at)
    left = calendar.working_days_between(today, last)
    whole = max(calendar.working_days_between(calendar.received_on(row.submitted_at), last), 1)
    late = now > row.due_at and row.paused_at is None
    return Deadline(
        text=moment_text(row.due_at, calendar.zone, lang, time=False),
        left=_left_in_words(view, left, late=late, lang=lang),
        share=100 if late else min(100, max(0, round(100 * (whole - left) / whole))),
        tone="bad" if late else "warn" if left <= 1 else "",
        paused=_pause_reason(view, lang) if row.paused_at else "",
        extended=say("portal.due.extended", lang, reason=row.extended.get("reason", "")) if row.extended else "",
        pauses=tuple(
            (reason_of(view, pause.node, lang), _span(pause.started_at, pause.ended_at, calendar.zone, lang))
            for pause in view.pauses
        ),
    )


def _left_in_words(view: CaseView, left: int, *, late: bool, lang: str) -> str:
    """Say what is left of the legal time; while it stands still, of the time that begins again with an answer."""
    if view.row.paused_at:
        return say(f"portal.due.after.{_waits_for(view)}", lang, count=max(left, 1))
    if late:
        return say("portal.due.late", lang)
    return say("portal.due.today" if left <= 0 else "portal.due.left", lang, count=max(left, 0))


def _span(start: datetime, end: datetime | None, zone: tzinfo, lang: str) -> str:
    first = moment_text(start, zone, lang, time=False)
    last = moment_text(end, zone, lang, time=False) if end else say("portal.due.still", lang)
    return first if first == last else f"{first} – {last}"


def reason_of(view: CaseView, node: str, lang: str) -> str:
    """Say publicly why the clock stands still while a case waits at a step."""
    return view.service.text(f"steps.{node}.reason", lang, say("portal.due.paused", lang))


def _pause_reason(view: CaseView, lang: str) -> str:
    running = next((pause for pause in view.pauses if pause.ended_at is None), None)
    return reason_of(view, running.node, lang) if running else ""


def asked(view: CaseView, lang: str) -> tuple[Asked, ...]:
    """List what the applicant has to do now."""
    zone = ZoneInfo(view.service.zone)
    return tuple(
        Asked(
            task.token,
            view.service.text(f"steps.{task.node}.title", lang, task.node),
            request_of(view, task, lang),
            moment_text(task.due_at, zone, lang, time=False) if task.due_at else "",
        )
        for task in view.my_tasks
        if view.standing.holder
    )


def request_of(view: CaseView, task: TaskRow, lang: str) -> str:
    """Find what is asked: why a failure led here, else what the officer who sent the case back wrote (`missing`).

    Notices read the same name (`{data.check.missing}`); whatever else officers answer stays inside.
    """
    if why := view.why_open(task, lang):
        return why
    done = [one for one in view.row.tasks if one.state == "done" and one.role != "applicant"]
    for before in reversed(done):
        answers: Any = view.data.get(before.node)
        if isinstance(answers, dict) and answers.get("missing"):
            return str(answers["missing"])
    return ""
