"""What a notice says: the author's words with the case's facts put in, answers as people read them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from balai.engine import forms
from balai.engine.manifest.service import Service
from balai.engine.rules import Function

_HOLE = re.compile(r"\{([a-z_]+(?:\.[a-z_0-9]+)*)\}")


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
    subject = fill(service.text(f"notices.{event}.subject", lang, service.text("title", lang)), facts)
    return {
        "subject": subject,
        "body": fill(service.text(f"notices.{event}.body", lang, subject), facts),
        "sms": fill(service.text(f"notices.{event}.sms", lang, subject), facts),
    }


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


def fill(template: str, facts: Mapping[str, Any]) -> str:
    """Put facts into a template's {dotted.names}; what is not known is left out, never shown as a hole.

    Only names are looked up: no attributes, no calls, so a template cannot reach anything it was not given.
    """

    def value(match: re.Match[str]) -> str:
        found: Any = facts
        for part in match.group(1).split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return "" if found is None else str(found)

    return re.sub(r"[ \t]+(?=[,.])", "", _HOLE.sub(value, template)).strip()


def shown_answers(service: Service, data: Mapping[str, Any], lang: str) -> dict[str, dict[str, str]]:
    """Answer every answer of the case's data as people read it: `shown.apply.kind`, `shown.decide.reason`."""
    made: dict[str, dict[str, str]] = {}
    for key, answers in data.items():
        form = form_at(service, key)
        if form is not None and isinstance(answers, Mapping):
            made[key] = {
                name: forms.show(
                    one, answers.get(name), service.texts, lang, tables=service.tables, zone=ZoneInfo(service.zone)
                )
                for name, one in form.fields.items()
            }
    return made


def form_at(service: Service, key: str) -> forms.Form | None:
    """Answer the form whose answers stand under a key of the case's data, None where no form's do."""
    step = service.steps.get(key)
    message = service.messages.get(key)
    return service.forms.get("apply" if key == "apply" else step.form if step else message.form if message else "")


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
