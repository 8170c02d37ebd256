"""Answers by text to whoever has no smartphone: where a case stands, by its number and code, and how to ask.

An answer names nobody and leads nowhere; number and code prove that it is the holder's own, as they do on the page. What is not a
pair is answered alike, whether the number is there or not. The answer is owed by the outbox, sealed, and emptied when it left.
"""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from balai.base import access_log, codes, post
from balai.base.actors import Actor
from balai.base.commands import command, once
from balai.base.errors import Altered, NotFound
from balai.base.pages import texts
from balai.casework.cases import queries as cases
from balai.casework.cases.queries import CaseView
from balai.casework.notices import rules
from balai.engine import forms

LIFE = timedelta(hours=2)  # an answer that could not leave by then is of no use
SECRET = 20  # letters of a tracking code


@command("notices.answer-text", answer=lambda told: False)
def answer_text(*, command_id: UUID, actor: Actor, now: datetime, phone: str, text: str) -> bool:
    """Answer a text that came in from a phone (E.164) in at most 160 letters of GSM-7; tell whether it asked for a case in vain.

    A case that is found is written down as a reading by its holder's own means. The same command is answered once.
    """
    with once() as deed:
        asked = rules.read_asked(text)
        lang, said, missed = "id", "", False
        if asked is None:
            lang = "en" if rules.asks_in_english(text) else "id"
            said = texts.say("notices.status-text.help", lang)
        else:
            view = _find(actor, *asked, now)
            if view is None:
                said, missed = texts.say("notices.status-text.wrong", lang), True
            else:
                lang = view.row.language
                said = _status(view, lang)
                access_log.record_access(
                    actor, purpose="track-text", object=f"case:{view.row.id}", person_id=view.row.applicant_id, now=now
                )
        post.owe(
            deed, to=phone, masked=rules.mask_address(phone), subject="", body=rules.short_text(said), language=lang,
            kind="status-text", life=LIFE, perishable=True,
        )  # fmt: skip
        return missed


def _find(actor: Actor, number: str, code: str, now: datetime) -> CaseView | None:
    if not codes.is_code(code, SECRET):
        return None
    try:
        return cases.open_case(actor, number, now=now, purpose="track-text", track_code=code)
    except (NotFound, Altered):
        return None


def _status(view: CaseView, lang: str) -> str:
    row = view.row
    if row.status == "closed":
        return texts.say(f"notices.status-text.{row.outcome}", lang, number=row.number)
    if row.paused_at or any(task.role == "applicant" for task in row.open_tasks):
        return texts.say("notices.status-text.waiting", lang, number=row.number)
    if row.due_at is None:
        return texts.say("notices.status-text.open", lang, number=row.number)
    due = forms.format_date(row.due_at.astimezone(ZoneInfo(view.service.zone)).date(), lang)
    return texts.say("notices.status-text.due", lang, number=row.number, due=due)
