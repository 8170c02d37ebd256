"""What a notice says: the author's words with the case's facts put in, answers as people read them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from balai.engine import forms
from balai.engine.manifest.letter_words import HOLE, read_hole, say_value, shown_answers, words_scope
from balai.engine.manifest.service import Service
from balai.engine.rules import Function

_PLAIN = re.compile(r"[a-z_]+(?:\.[a-z_0-9]+)*")


@dataclass(frozen=True, slots=True)
class NoticeAbout:
    """What a notice is about: a case's data with the reserved names, the step, and what the host alone knows."""

    data: Mapping[str, Any]  # typed
    node: str
    submitted_at: datetime
    due_at: datetime | None
    applicant: Mapping[str, Any]  # as its reader may know them
    link: str
    extension: str = ""  # why more time was taken, in the words its holder reads


def say_notice(service: Service, event: str, lang: str, about: NoticeAbout) -> dict[str, str]:
    """Answer subject, body and short text of an event in one language."""
    facts = _facts(service, lang, about)

    @cache
    def scope() -> dict[str, Any]:
        named = {name: value for name, value in facts.items() if name not in ("data", "shown")}
        return {**words_scope(service, about.data, lang), **named}

    def reckon(hole: str) -> str:
        expression = read_hole(hole)
        return (say_value(expression.evaluate(scope()), lang) or "") if expression is not None else f"{{{hole}}}"

    subject = service.text(f"notices.{event}.subject", lang, service.text("title", lang))
    parts = {part: service.text(f"notices.{event}.{part}", lang, subject) for part in ("body", "sms")}
    # once each: what somebody typed into an answer is never looked at for holes
    return {part: fill(template, facts, reckon) for part, template in {"subject": subject, **parts}.items()}


def _facts(service: Service, lang: str, about: NoticeAbout) -> dict[str, Any]:
    zone = ZoneInfo(service.zone)
    step = service.steps.get(about.node)
    answers = about.data.get(about.node if step is None or not step.is_applicants else "check", {})
    return {
        "case": {
            "number": about.data["case"]["number"],
            "due": forms.format_date(about.due_at.astimezone(zone).date(), lang) if about.due_at else "",
            "submitted": forms.format_date(about.submitted_at.astimezone(zone).date(), lang),
        },
        "applicant": about.applicant,
        "service": {"title": service.text("title", lang)},
        "unit": {"name": about.data["unit"]["name"]},
        "step": {"title": service.text(f"steps.{about.node}.title", lang, "")},
        "reason": service.text(f"steps.{about.node}.reason", lang, ""),
        "data": plain(about.data),
        "extension": {"reason": about.extension},
        "passed": f"{about.node} %" if about.node.isdecimal() else "",
        "shown": shown_answers(service, about.data, lang),
        "payment": _payment(service, lang, about),
        "answer": plain(answers) if isinstance(answers, Mapping) else {},
        "link": about.link,
    }


def _payment(service: Service, lang: str, about: NoticeAbout) -> dict[str, str]:
    """Answer what the step asks to be paid, and where to, as people read it."""
    step = service.steps.get(about.node)
    if step is None or step.payment != step.id:
        return {}
    fields = service.forms[step.form].fields
    asked = {name: one.compute.answer(about.data) for name, one in fields.items() if one.compute}
    return {name: forms.show(fields[name], value, service.texts, lang) for name, value in asked.items()}


def fill(template: str, facts: Mapping[str, Any], reckon: Callable[[str], str] | None = None) -> str:
    """Put facts into a template's {dotted.names}; what is not known is left out, never shown as a hole.

    Names are looked up, and what is no plain name is an expression that `reckon` answers: neither reaches anything it was not given.
    """

    def value(match: re.Match[str]) -> str:
        if _PLAIN.fullmatch(match[1]) is None:
            return match[0] if reckon is None else reckon(match[1])
        found: Any = facts
        for part in match.group(1).split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return "" if found is None else str(found)

    return re.sub(r"[ \t]+(?=[,.])", "", HOLE.sub(value, template)).strip()


def plain(value: object) -> Any:
    """Answer typed data as JSON: decimals as text, dates and times in ISO 8601."""
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items() if not isinstance(one, Function)}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)
