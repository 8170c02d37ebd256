"""The last message to whoever is forgotten: what was destroyed, what stays and why, in their language."""

from datetime import datetime

from django.conf import settings
from django.utils.timezone import localdate

from balai.base.pages.texts import say
from balai.casework.archive.queries import ForgettingPlan, StayingCase
from balai.casework.catalogue import queries as catalogue
from balai.engine import forms


def write(plan: ForgettingPlan, *, at: datetime, lang: str, short: bool) -> tuple[str, str]:
    """Write subject and body; `short` for a text, which names no case."""
    day = forms.format_date(localdate(at), lang)
    subject = say("archive.forgotten.subject", lang)
    if short:
        kept = len(plan.staying)
        staying = say("archive.forgotten.stay", lang, count=kept) if kept else say("archive.forgotten.nothing", lang)
        return subject, say("archive.forgotten.sms", lang, at=day, staying=staying)
    gone = [say(f"archive.forgotten.destroyed.{what}", lang, count=n) for what, n in plan.destroyed.items() if n]
    body = say(
        "archive.forgotten.body", lang, at=day, destroyed="\n".join(f"- {one}" for one in gone),
        staying=_staying(plan, lang), link=settings.BALAI_URL,
    )  # fmt: skip
    return subject, body


def _staying(plan: ForgettingPlan, lang: str) -> str:
    if not plan.staying:
        return say("archive.forgotten.nothing", lang)
    return "\n".join([say("archive.forgotten.stays", lang), *(_case(one, lang) for one in plan.staying)])


def _case(one: StayingCase, lang: str) -> str:
    title = catalogue.get_service(one.service_id, one.service_key).text("title", lang)
    until = f", {say('archive.until', lang, date=forms.format_date(one.until, lang))}" if one.until else ""
    return f"- {one.number}, {title}: {say(f'archive.because.{one.why}', lang)}{until}"
