"""The mail that tells administrators what needs them: short, without a name of anybody concerned, with where to look."""

from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone

from balai.base.pages.texts import say
from balai.casework.catalogue import queries as catalogue
from balai.casework.notices import rules
from balai.casework.notices.models import Alert
from balai.engine import forms

SHOWN = 20


def write(alerts: Sequence[Alert], *, name: str, lang: str) -> tuple[str, str]:
    """Write subject and body of one mail about some alerts, in the order in which they happened."""
    lines = [f"- {_line(alert, lang)}" for alert in alerts[:SHOWN]]
    if len(alerts) > SHOWN:
        lines.append(say("notices.alert.more", lang, count=len(alerts) - SHOWN))
    body = say("notices.alert.body", lang, name=name, lines="\n".join(lines), link=f"{settings.BALAI_URL}/meja/kelola/")
    return rules.one_line(say("notices.alert.subject", lang, count=len(alerts))), body


def _line(alert: Alert, lang: str) -> str:
    """Put one alert into a line: which case and step, what is the matter, since when."""
    local = timezone.localtime(alert.raised_at)
    said = say(
        f"notices.alert.kind.{alert.kind}",
        lang,
        number=alert.case.number if alert.case else "",
        unit=alert.case.unit.name if alert.case else "",
        step=_step(alert, lang),
        detail=alert.detail,
    )
    return f"{said} ({forms.format_date(local.date(), lang)}, {local:%H.%M})"


def _step(alert: Alert, lang: str) -> str:
    if alert.case is None or not alert.node:
        return alert.node
    service = catalogue.get_service(alert.case.service_id, alert.case.service_key)
    return service.text(f"steps.{alert.node}.title", lang, alert.node)
