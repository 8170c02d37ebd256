"""Mails that gather: what administrators must look at, line by line, and what waited until it was worth a mail."""

from collections.abc import Mapping, Sequence

from balai.base import watch
from balai.base.pages.moments import moment
from balai.base.pages.texts import say
from balai.casework.catalogue import queries as catalogue
from balai.casework.notices import rules
from balai.casework.notices.models import Alert

SHOWN = 20


def gather(told: Sequence[Mapping[str, str]], lang: str) -> tuple[str, str]:
    """Write subject and body of one mail about several notices, (subject, body) each, in the order in which they were told."""
    if len(told) == 1:
        return told[0]["subject"], told[0]["body"]
    parts = [f"{one['subject']}\n\n{one['body']}" for one in told[:SHOWN]]
    if len(told) > SHOWN:
        parts.append(say("notices.digest.more", lang, count=len(told) - SHOWN))
    subject = rules.one_line(say("notices.digest.subject", lang, count=len(told)))
    return subject, say("notices.digest.body", lang, parts="\n\n----\n\n".join(parts))


def facts_of(alerts: Sequence[Alert], lang: str) -> dict[str, object]:
    """Put some alerts into lines, in the order in which they happened, without a name of anybody concerned."""
    lines = [f"- {_line(alert, lang)}" for alert in alerts[:SHOWN]]
    if len(alerts) > SHOWN:
        lines.append(say("notices.alert.more", lang, count=len(alerts) - SHOWN))
    return {"count": len(alerts), "lines": "\n".join(lines)}


def _line(alert: Alert, lang: str) -> str:
    """Put one alert into a line: which case and step, what is the matter, since when."""
    app, dot, name = alert.kind.partition(".")
    said = say(
        f"{app}.alert.{name}" if dot else f"notices.alert.kind.{alert.kind}",
        lang,
        number=alert.case.number if alert.case else "",
        unit=alert.case.unit.name if alert.case else "",
        step=_step(alert, lang),
        detail=_said(alert, lang),
    )
    return f"{said} ({moment(alert.raised_at, lang)})"


def _said(alert: Alert, lang: str) -> str:
    """Say what a check found that is bad, as the last round says it; any other alert brings its own word."""
    found = watch.last_round() if alert.kind == "watch" else None
    said = [one.finding.say(lang) for one in found.bad if one.finding.check == alert.subject] if found else []
    return " ".join(said) or alert.detail


def _step(alert: Alert, lang: str) -> str:
    if alert.case is None or not alert.node:
        return alert.node
    service = catalogue.get_service(alert.case.service_id, alert.case.service_key)
    return service.text(f"steps.{alert.node}.title", lang, alert.node)
