"""A thread as all its pages draw it: bubbles in order, what was typed, files taken in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.urls import reverse

from balai.base import throttle
from balai.base.actors import Actor
from balai.base.errors import BalaiError
from balai.base.pages import texts
from balai.base.pages.moments import moment
from balai.records.documents import actions as documents
from balai.records.entrance import names
from balai.records.entrance.officers import Desk
from balai.rooms.messages import queries, rules
from balai.rooms.messages.models import APPLICANT


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as it is drawn."""

    who: str
    mine: bool  # on the reader's side
    at: str
    iso: str
    text: str
    files: tuple[tuple[str, str, str], ...]  # name, size, address
    named: str
    seen: str
    note: bool


def bubbles(view: queries.ThreadView, place: str, desk: Desk | None, lang: str) -> tuple[Bubble, ...]:
    """Make the bubbles of a thread for a reader; `place` names the address by which its files are sent."""
    return tuple(_bubble(one, view, place, desk, lang) for one in view.written)


def _bubble(one: queries.Written, view: queries.ThreadView, place: str, desk: Desk | None, lang: str) -> Bubble:
    mine = one.side == view.side if view.kind == "public" else desk is not None and one.author_id == desk.person_id
    number = view.case.row.number
    files = tuple(
        (file.name, _size(file.size), reverse(place, args=[number, file.document_id]) if place else "")
        for file in one.files
    )
    seen = (
        texts.say(f"room_messages.seen.{one.side}", lang) if view.kind == "public" and mine and view.seen(one) else ""
    )
    named = ", ".join(names.find_name(person) for person in one.named)
    at = moment(one.at, lang)
    return Bubble(_who(one, view, desk, lang), mine, at, one.at.isoformat(), one.text, files, named, seen, one.note)


def _who(one: queries.Written, view: queries.ThreadView, desk: Desk | None, lang: str) -> str:
    """Name who wrote: officers among themselves by name, to the applicant by their unit."""
    if one.side == APPLICANT:
        key = "you" if view.side == APPLICANT and desk is None else "applicant"
        told = texts.say(f"room_messages.who.{key}", lang)
        return f"{told} ({texts.say('room_messages.who.counter', lang)})" if one.channel == "counter" else told
    if desk is None or one.author_id is None:
        return view.case.row.unit_name
    name = names.find_name(one.author_id)
    return texts.say("room_messages.who.me", lang, name=name) if one.author_id == desk.person_id else name


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB".replace(".", ",") if count >= 1e6 else f"{max(count // 1000, 1)} kB"


@dataclass(frozen=True, slots=True)
class TypedMessage:
    """What somebody typed, kept whatever became of it, and why it was not taken."""

    text: str = ""
    named: tuple[str, ...] = ()
    fault: str = ""
    status: int = 200


def typed_of(request: HttpRequest, refused: BalaiError, lang: str) -> TypedMessage:
    """Keep what was typed beside the refusal."""
    text, named = str(request.POST.get("text", "")), tuple(str(one) for one in request.POST.getlist("named"))
    return TypedMessage(text, named, refused.message(lang), refused.status)


def take_files(request: HttpRequest, view: queries.ThreadView, actor: Actor, now: datetime) -> list[queries.File]:
    """Take the files of a form in under the case's key, at most as many as a message may have and one more to be told of.

    :raises Invalid: when one is too large, empty, of a kind that is not taken, or harmful.
    """
    kept = []
    for upload in request.FILES.getlist("files")[: rules.MOST_FILES + 1]:
        if isinstance(upload, UploadedFile) and (upload.name or upload.size):
            kept.append(_take(upload, view, actor, now, throttle.address_of(request)))
    return kept


def _take(
    upload: "UploadedFile[bytes]", view: queries.ThreadView, actor: Actor, now: datetime, sender: str
) -> queries.File:
    stored = documents.store(
        view.case.row.vault_id, upload.chunks(), name=upload.name or "", declared_type=upload.content_type or "",
        actor=actor, now=now, accept=rules.ACCEPT, max_bytes=rules.FILE_BYTES, declared_size=upload.size, sender=sender,
    )  # fmt: skip
    return queries.File(stored.id, (upload.name or "")[:200], stored.size, stored.media_type, stored.address)


def context(view: queries.ThreadView, shown: tuple[Bubble, ...], typed: TypedMessage, lang: str) -> dict[str, Any]:
    """Give what every thread page shows."""
    due = view.answer_due_at
    return {
        "view": view, "number": view.case.row.number, "title": view.case.service.text("title", lang), "bubbles": shown,
        "typed": typed, "command": uuid4(), "longest": rules.LONGEST, "most": rules.MOST_FILES,
        "accept": ",".join(rules.ACCEPT), "due": moment(due, lang) if due else "", "unit": view.case.row.unit_name,
    }  # fmt: skip
