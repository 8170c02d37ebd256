"""What went out of a case: its letters and its notices; and who looked at it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from balai.base.pages import texts
from balai.base.pages.parts import Fact, Tone
from balai.casework.cases.queries import CaseView
from balai.casework.issuing import queries as issuing
from balai.casework.issuing.models import Letter
from balai.casework.issuing.policy import signing_roles
from balai.casework.issuing.queries import Delivered
from balai.casework.notices.models import Notice
from balai.doors.desk import words
from balai.records.entrance import names

TONES: dict[str, Tone] = {"signed": "ok", "revoked": "bad", "void": "", "reserved": "info"}


@dataclass(frozen=True, slots=True)
class IssuedLetter:
    """One letter of a case, or a number that was given and not used."""

    id: UUID
    number: str
    title: str
    state: str
    tone: Tone
    about: str  # who signed it and when, or why it does not hold
    can_open: bool
    can_revoke: bool
    can_deliver: bool = False
    delivered: tuple[str, ...] = ()  # each time it was handed over on paper, in words


def sheets(
    view: CaseView, letters: Iterable[Letter], lang: str, deliveries: Iterable[Delivered] = ()
) -> tuple[IssuedLetter, ...]:
    """Show a case's letters, the last one first; whoever may sign a kind of letter may revoke it."""
    handed = list(deliveries)
    return tuple(
        IssuedLetter(
            id=letter.id,
            number=letter.number,
            title=letter.title,
            state=texts.say(f"desk.letter.state.{letter.state}", lang),
            tone=TONES.get(letter.state, ""),
            about=_about(letter, lang),
            can_open=letter.state in ("signed", "revoked"),
            can_revoke=letter.state == "signed"
            and not signing_roles(view.service, letter.letter_id).isdisjoint(view.standing.roles_in(letter.unit_id)),
            can_deliver=letter.state == "signed" and not view.hidden and bool(view.standing.roles),
            delivered=tuple(_delivered(one, lang) for one in handed if one.letter_id == letter.id),
        )
        for letter in sorted(letters, key=lambda one: one.reserved_at, reverse=True)
    )


def _delivered(one: Delivered, lang: str) -> str:
    return texts.say(
        "desk.delivery.line", lang, at=words.moment(one.at, lang), name=one.receiver, by=names.find_name(one.by),
        relation=texts.say(f"issuing.delivery.relation.{one.relation}", lang),
        card=texts.say(f"issuing.delivery.card.{one.card}", lang),
    )  # fmt: skip


def _about(letter: Letter, lang: str) -> str:
    if letter.state == "revoked" and letter.revoked_at:
        return f"{words.moment(letter.revoked_at, lang)}: {letter.revoked_reason}"
    if letter.state == "void":
        return letter.void_reason
    if letter.signed_at:
        return f"{letter.signer_name}, {words.moment(letter.signed_at, lang)}"
    return ""


def facts_to_sign(view: CaseView, token: str, now: datetime, lang: str) -> tuple[Fact, ...]:
    """Show what whoever signs a letter must know: who, which service, what is given, its number, and what officers found."""
    service, row = view.service, view.row
    task = next(task for task in row.open_tasks if task.token == token)
    letter = service.letters[service.steps[task.node].letter]
    kept = issuing.find_live_letter(row.id, token)
    facts = [
        Fact(texts.say("desk.sign.facts.who", lang), str(row.data.get("applicant", {}).get("name", ""))),
        Fact(texts.say("desk.sign.facts.service", lang), service.text("title", lang)),
        Fact(
            texts.say("desk.sign.facts.what", lang),
            f"{service.text(f'letters.{letter.id}.title', lang)} ({texts.say(f'desk.sign.facts.{letter.kind}', lang)})",
        ),
        Fact(
            texts.say("desk.sign.facts.number", lang), kept.number if kept else texts.say("issuing.number_later", lang)
        ),
    ]
    answers = issuing.shown(row, service, lang)
    for node, _ in row.done:
        step = service.steps.get(node)
        if step is None or step.is_applicants or not step.form or node not in answers:
            continue
        form = service.forms[step.form]
        said = [
            f"{service.text(f'{form.fields[name].text_key}.label', lang, name)}: {value}"
            for name, value in answers[node].items()
            if value and row.data[node].get(name) not in (None, "")
        ]
        label = service.text(f"steps.{node}.title", lang, node)
        facts = [*(one for one in facts if one.label != label), Fact(label, "\n".join(said))]
    return tuple(facts)


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """One notice of a case: what about, by which way, and what became of it."""

    event: str
    channel: str
    to: str
    state: str
    tone: Tone
    at: str


def told(notices: Iterable[Notice], now: datetime, lang: str) -> tuple[ShownNotice, ...]:
    """Show what was sent about a case, newest first; contents stay sealed."""
    return tuple(
        ShownNotice(
            event=event_words(notice.event, lang),
            channel=texts.say(f"desk.notice.channel.{notice.channel}", lang),
            to=notice.address_masked,
            state=texts.say(f"desk.notice.state.{notice.state}", lang),
            tone=notice_tone(notice.state),
            at=" · ".join(
                one
                for one in (
                    words.near(notice.sent_at or notice.created_at, now, lang),
                    delivery_words(notice, now, lang),
                )
                if one
            ),
        )
        for notice in sorted(notices, key=lambda one: one.created_at, reverse=True)
    )


def delivery_words(notice: Notice, now: datetime, lang: str) -> str:
    """Say what became of a text behind its carrier, as far as it is told, and that the second carrier took it; "" for all else."""
    said = []
    if notice.carrier.endswith(":second"):
        said.append(texts.say("desk.notice.second", lang))
    if notice.delivery and notice.delivery_at:
        said.append(
            texts.say(f"desk.notice.delivery.{notice.delivery}", lang, at=words.near(notice.delivery_at, now, lang))
        )
    return " · ".join(said)


def event_words(event: str, lang: str) -> str:
    """Name an event a notice was about; one that has no words yet is named by its key."""
    key = f"desk.notice.event.{event}"
    return texts.say(key, lang) if texts.has(key, lang) else event


def notice_tone(state: str) -> Tone:
    """Give the tone of what became of a notice."""
    tones: dict[str, Tone] = {"sent": "ok", "dead": "bad", "failed": "warn", "no-way": "warn"}
    return tones.get(state, "info")


def readers(
    rows: Iterable[tuple[datetime, str, str]], view: CaseView, now: datetime, lang: str, reader: UUID
) -> tuple[tuple[str, str, str], ...]:
    """Show who looked at a case: (who, what for, when); one person's looks for one purpose on a day are one line."""
    seen: dict[tuple[str, str, str], str] = {}
    for at, actor, purpose in rows:
        day = words.moment(at, lang).rsplit(",", 1)[0]
        seen.setdefault((actor, purpose, day), words.near(at, now, lang))
    return tuple(
        (
            names.say_actor(actor, applicant_id=view.row.applicant_id, reader=reader),
            purpose_words(purpose, lang),
            when,
        )
        for (actor, purpose, _), when in seen.items()
    )


def purpose_words(purpose: str, lang: str) -> str:
    """Say what somebody looked for; a purpose without words is shown as it was written down."""
    key = f"desk.purpose.{purpose.partition(':')[0]}"
    return texts.say(key, lang) if texts.has(key, lang) else purpose
