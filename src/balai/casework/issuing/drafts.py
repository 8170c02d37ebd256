"""A letter as it will be, before it has a number: made with the same press, shown to its signer page by page, never kept.

That a signer saw it is: page by page as each is drawn, with a digest of what it said. Nothing else is signed.
"""

import hashlib
import io
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from uuid import UUID

from balai.base import later
from balai.base.actors import Actor
from balai.base.errors import Conflict, Invalid, NotAllowed, Unavailable
from balai.base.pages import texts
from balai.casework.cases import queries as cases
from balai.casework.cases.queries import CaseView
from balai.casework.issuing import actions, policy, queries, signing
from balai.casework.issuing.models import Letter, Sight
from balai.engine import manifest
from balai.records.offices import queries as offices
from balai.records.people import queries as people

pypdfium2 = later.module("pypdfium2")

PIXELS_PER_POINT = 1.6


@dataclass(frozen=True, slots=True)
class LetterDraft:
    """What the press asks of a letter, before there is one."""

    letter_id: str
    unit_id: UUID
    language: str
    title: str
    number: str
    code: str
    demo: bool
    in_force: bool
    automatic: bool
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Drafted:
    """A typeset draft, and what is noted of it when its signer sees it."""

    view: CaseView
    token: str
    pdf: bytes
    content: str  # a keyed digest of all it says but its number and code, 64 hex digits

    @property
    def pages(self) -> int:
        """Count its pages."""
        with pypdfium2.PdfDocument(io.BytesIO(self.pdf)) as document:
            return len(document)


def open_to_sign(actor: Actor, number: str, token: str, *, now: datetime) -> CaseView:
    """Open the case of a letter for whoever may sign it; the reading is recorded first.

    :raises NotFound, NotAllowed, Conflict: for whoever may not sign it, and when it is signed already.
    """
    opened = cases.open_case(actor, number, now=now, purpose="letter-draft")
    if opened.hidden:
        raise NotAllowed("protected-person")
    policy.require_signer(actor, opened.row, opened.service, token, now)
    return opened


def make_draft(actor: Actor, number: str, token: str, *, now: datetime, opened: CaseView | None = None) -> Drafted:
    """Typeset the letter of a signing task as PDF, unsigned; the reading is recorded first, unless it was `opened` already.

    The same letter gives the same bytes all day long. :raises Invalid: `letter-identity` and as `actions.make`.
    :raises NotFound, NotAllowed, Conflict: as `open_to_sign`.
    """
    opened = opened or open_to_sign(actor, number, token, now=now)
    view, service = opened.row, opened.service
    task = next(task for task in view.open_tasks if task.token == token)
    step = service.steps[task.node]
    if step.countersigns:
        return _begun_draft(opened, step, token)
    kind, kept = service.letters[step.letter], queries.find_live_letter(view.id, token)
    unit = offices.get_unit_by_id(task.unit_id or view.unit_id)
    until = queries.last_day(view, service, kind, unit, now)
    draft = LetterDraft(
        letter_id=step.letter,
        unit_id=unit.id,
        language=view.language,
        title=service.text(f"letters.{step.letter}.title", view.language),
        number=kept.number if kept else texts.say("issuing.number_later", view.language),
        code=kept.code if kept else "KONSEP",
        demo=signing.signer().demonstration,
        in_force=service.in_force,
        automatic=False,
        valid_until=kept.valid_until if kept else until,
    )
    assert actor.person_id is not None, "require_signer let a person in"
    signer = queries.signer_of(task.unit_path or view.unit_path, task.role, people.get_person(actor.person_id), now)
    letter = cast("Letter", draft)
    try:
        pdf = actions.make(view, service, letter, signer, now, created_at=queries.day_of(service, now))
    except Invalid as refusal:
        actions.tell_of_broken(actor=actor, now=now, case_id=view.id, token=token, refusal=refusal)
        raise
    return Drafted(opened, token, pdf, queries.content_of(view, service, letter, signer, now))


def _begun_draft(opened: CaseView, step: manifest.Step, token: str) -> Drafted:
    """Give the letter as its first signer signed it: the next one signs these very bytes. :raises Conflict: it is gone."""
    letter = queries.find_part(opened.row.id, step.letter)
    part = queries.read_part(letter, opened.row.key) if letter is not None else None
    if part is None:
        raise Conflict("letter-not-reserved")
    return Drafted(opened, token, part[0], queries.content_of_part(part[0]))


def draw(pdf: bytes, page: int = 1) -> tuple[bytes, int, int]:
    """Draw a page of a letter as PNG: (picture, page, how many there are); a page beyond the last is the last."""
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as document:
        count = len(document)
        at = min(max(page, 1), count)
        picture = document[at - 1].render(scale=PIXELS_PER_POINT).to_pil()
    file = io.BytesIO()
    picture.convert("L").quantize(32).save(file, "PNG", optimize=True)
    return file.getvalue(), at, count


def show_page(actor: Actor, number: str, token: str, page: int, *, now: datetime, noted: bool = True) -> bytes:
    """Draw a page of a draft for its signer and note that they saw it, if it is `noted`. :raises: as `make_draft`."""
    made = make_draft(actor, number, token, now=now)
    picture, at, pages = draw(made.pdf, page)
    if not noted:
        return picture
    with suppress(Unavailable):  # a hall that can only be read shows it all the same, and nothing is signed there
        note(actor, made, (at,), pages, now=now)
    return picture


def note(actor: Actor, made: Drafted, drawn: tuple[int, ...], pages: int, *, now: datetime) -> Sight:
    """Note which pages of a draft its signer saw."""
    return actions.note_seen(
        actor=actor, now=now, case_id=made.view.row.id, token=made.token, drawn=drawn, pages=pages,
        content=made.content, sha256=hashlib.sha256(made.pdf).hexdigest(),
    )  # fmt: skip
