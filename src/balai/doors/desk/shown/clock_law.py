"""What the clock's law lets an officer do to a case on its page, and what of it was done."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from balai.base.pages import texts
from balai.casework.cases import queries, rules
from balai.casework.cases.queries import CaseView
from balai.doors.desk import words
from balai.records.entrance import names
from balai.records.entrance.officers import Desk


@dataclass(frozen=True, slots=True)
class ClockLawPanel:
    """Whether the time may be extended and by how much, a second return be allowed, and what of these was done."""

    extend: str = ""  # the period, where the reader may take it
    allow: bool = False
    told: tuple[str, ...] = ()
    open: str = ""  # the form that was refused


def panel(view: CaseView, desk: Desk, refused: str = "") -> ClockLawPanel:
    """Show it to whoever may read the case; up to one query, none for a service without such law."""
    law, row, lang = view.service.time.clock, view.row, desk.lang
    open_ = row.status != "closed"
    more, second = law.extension, law.second_return
    late = row.due_at is not None and row.due_at <= desk.now and row.paused_at is None
    may_extend = open_ and more is not None and more.by in view.standing.roles and rules.EXTENDED not in row.data
    may_allow = (
        open_ and second is not None and second.by in view.standing.roles and row.sent_back > 0
        and rules.RETURN_ALLOWED not in row.data
    )  # fmt: skip
    return ClockLawPanel(
        extend=more.period.text(lang) if more is not None and may_extend and not late else "",
        allow=may_allow,
        told=tuple(_told(view, desk)),
        open=refused,
    )


def _told(view: CaseView, desk: Desk) -> list[str]:
    row, lang, made = view.row, desk.lang, list[str]()
    if extended := row.extended:
        until = words.moment(datetime.fromisoformat(extended["until"]), lang)
        made.append(texts.say("desk.law_clock.extended", lang, until=until, **_who(extended)))
    if allowed := row.data.get(rules.RETURN_ALLOWED):
        made.append(texts.say("desk.law_clock.allowed", lang, **_who(allowed)))
    if found := row.data.get(rules.NOT_SILENCE):
        made.append(texts.say("desk.law_clock.not_silence", lang, basis=found["basis"], **_who(found)))
    if view.service.time.clock.silence_review is not None and row.status != "closed" and queries.is_awaited(row.id):
        made.append(texts.say("desk.law_clock.waits", lang))
    return made


def _who(found: object) -> dict[str, str]:
    assert isinstance(found, dict), "kept by the deed that did it"
    return {"name": names.find_name(UUID(found["by"])), "reason": str(found["reason"])}
