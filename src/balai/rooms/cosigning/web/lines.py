"""What a page says of each who is asked: name, whether they agreed, when and by which way."""

from dataclasses import dataclass
from uuid import UUID

from balai.base.pages.moments import moment
from balai.base.pages.parts import Tone
from balai.base.pages.texts import language, say
from balai.casework.cases.queries import CaseView
from balai.rooms.cosigning import queries, rules

TONES: dict[str, Tone] = {rules.ASKED: "warn", rules.AGREED: "ok", rules.REFUSED: "bad"}


@dataclass(frozen=True, slots=True)
class CosignerLine:
    """One who is asked, in words. `waits` while an answer is waited for; whoever did not agree may be replaced."""

    id: UUID
    name: str
    word: str
    tone: Tone
    told: str
    reason: str
    waits: bool
    replaceable: bool
    reachable: bool


def list_lines(view: CaseView, *, office: bool) -> list[CosignerLine]:
    """List who is asked in a case; why somebody refused is for the office alone. One query."""
    return [_line(view, one, office) for one in queries.list_asked(view.row)]


def is_open(view: CaseView) -> bool:
    """Tell whether a case waits for anybody to agree."""
    row = view.row
    tokens = row.state.tokens if row.status != "closed" else ()
    return any((step := view.service.steps.get(token.node)) is not None and step.cosigners for token in tokens)


def _line(view: CaseView, one: queries.Asked, office: bool) -> CosignerLine:
    lang, waits = language(), is_open(view)
    told = ""
    if one.at is not None:
        told = say(f"room_cosigning.at.{one.way}", at=moment(one.at, lang))
    elif waits:
        where = say("room_cosigning.sent", to=one.reach) if one.reach and one.linked else say("room_cosigning.unsent")
        told = f"{where} {say('room_cosigning.until', until=moment(one.until, lang))}"
    return CosignerLine(
        one.id, one.name, say(f"room_cosigning.state.{one.state}"), TONES[one.state], told, one.reason if office else "",
        waits and one.state == rules.ASKED, waits and one.state != rules.AGREED, bool(one.reach),
    )  # fmt: skip
