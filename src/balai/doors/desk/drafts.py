"""A letter as it will be, before it has a number: made with casework's own press, shown to its signer, never kept."""

import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, cast

from balai.base import later
from balai.base.actors import Actor
from balai.base.errors import NotAllowed
from balai.base.pages import texts
from balai.casework.cases import queries as cases
from balai.casework.issuing import actions as issuing
from balai.casework.issuing import policy, queries, signing
from balai.records.offices import queries as offices
from balai.records.people import queries as people

pypdfium2 = later.module("pypdfium2")


if TYPE_CHECKING:
    from balai.casework.issuing.models import Letter

PIXELS_PER_POINT = 1.6


@dataclass(frozen=True, slots=True)
class Draft:
    """What the press asks of a letter, before there is one."""

    letter_id: str
    language: str
    title: str
    number: str
    code: str
    demo: bool
    in_force: bool
    automatic: bool
    valid_until: date | None


def make_draft(actor: Actor, number: str, token: str, *, now: datetime) -> bytes:
    """Typeset the letter of a signing task as PDF, unsigned; the reading is recorded first.

    :raises NotFound, NotAllowed, Conflict: for whoever may not sign it, and when it is signed already.
    """
    opened = cases.open_case(actor, number, now=now, purpose="letter-draft")
    if opened.hidden:
        raise NotAllowed("protected-person")
    view, service = opened.row, opened.service
    task = policy.require_signer(actor, view, service, token, now)
    step = service.steps[task.node]
    kind, kept = service.letters[step.letter], queries.find_live_letter(view.id, token)
    unit = offices.get_unit_by_id(view.unit_id)
    draft = Draft(
        letter_id=step.letter,
        language=view.language,
        title=service.text(f"letters.{step.letter}.title", view.language),
        number=kept.number if kept else texts.say("desk.sign.number_later", view.language),
        code=kept.code if kept else "KONSEP",
        demo=signing.signer().demonstration,
        in_force=service.in_force,
        automatic=False,
        valid_until=offices.get_calendar(unit).due_date(now, kind.valid) if kind.valid else None,
    )
    assert actor.person_id is not None, "require_signer let a person in"
    name = people.get_person(actor.person_id).name
    signer = queries.signer_of(view, task.role, actor.person_id, name, now)
    return issuing.make(view, service, cast("Letter", draft), signer, now)


def draw(pdf: bytes, page: int = 1) -> tuple[bytes, int]:
    """Draw a page of a letter as PNG, and tell how many pages it has; a page beyond the last is the last."""
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as document:
        count = len(document)
        picture = document[min(max(page, 1), count) - 1].render(scale=PIXELS_PER_POINT).to_pil()
    file = io.BytesIO()
    picture.convert("L").quantize(32).save(file, "PNG", optimize=True)
    return file.getvalue(), count
