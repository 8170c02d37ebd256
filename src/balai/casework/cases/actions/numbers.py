"""Numbers drawn beforehand for a counter without a line: drawn, used once, given back unused. Each has its entry."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from balai.base import codes, crypto, journal, sql
from balai.base.actors import Actor
from balai.base.commands import command, once
from balai.base.errors import Conflict
from balai.casework.cases import rules
from balai.casework.catalogue import queries as catalogue


@dataclass(frozen=True, slots=True)
class Drawn:
    """One number that was drawn: the eight letters beside a service's short name, and the tracking code, told this once."""

    code: str
    track_code: str


def _told_once(told: Any) -> tuple[Drawn, ...]:
    raise Conflict("numbers-drawn")


@command("case.draw-numbers", answer=_told_once)
def draw_numbers(*, command_id: UUID, actor: Actor, now: datetime, lot: UUID, count: int) -> tuple[Drawn, ...]:
    """Draw numbers from the cases' own numbering, free for every service, and keep them from all others for ever.

    Who may is the caller's question. :raises Conflict: `numbers-drawn` for a repetition: their codes are told once.
    """
    with once() as deed:
        drawn = [Drawn(code, rules.make_secret()) for code in _free_codes(count)]
        sql.insert(
            "cases_drawnnumber",
            ("code", "lot", "track_hash", "state", "moved_at"),
            [(one.code, lot, crypto.lookup_hash("track", one.track_code), "out", now) for one in drawn],
        )
        deed.record(stream(lot), "draw", {"numbers": [one.code for one in drawn]})
        deed.answer = {"drawn": len(drawn)}
    return tuple(drawn)


@command("case.return-numbers", answer=lambda told: int(told["unused"]))
def return_numbers(*, command_id: UUID, actor: Actor, now: datetime, lot: UUID, why: str) -> int:
    """Count what is left of a lot as unused, and tell how many; the entry names each, so that no gap is unexplained."""
    with once() as deed:
        deed.hold(stream(lot))
        left = [
            str(row[0])
            for row in sql.rows(
                f"SELECT code FROM cases_drawnnumber WHERE lot = %s AND state = 'out' ORDER BY code{sql.for_update()}",
                [lot],
            )
        ]
        sql.execute(
            "UPDATE cases_drawnnumber SET state = 'unused', moved_at = %s WHERE lot = %s AND state = 'out'", [now, lot]
        )
        deed.record(stream(lot), "return", {"unused": left, "why": why})
        deed.answer = {"unused": len(left)}
    return len(left)


def take(deed: journal.Deed, number: str, track_code: str, short: str, *, returned: bool) -> None:
    """Use a number for the case that this deed opens; part of that deed.

    :raises Conflict: `number-used`, `number-returned`, or `number-unknown` for a number, code or service that does not fit.
    """
    code = rules.code_of(number)
    row = sql.row(f"SELECT lot, track_hash, state FROM cases_drawnnumber WHERE code = %s{sql.for_update()}", [code])
    fits = row is not None and bytes(row[1]) == crypto.lookup_hash("track", track_code)
    if row is None or not fits or number != rules.spell_number(short, code):
        raise Conflict("number-unknown")
    if row[2] == "used":
        raise Conflict("number-used")
    if row[2] == "unused" and not returned:
        raise Conflict("number-returned")
    lot = sql.as_uuid(row[0])
    assert lot is not None, "a number is drawn in a lot"
    sql.execute("UPDATE cases_drawnnumber SET state = 'used', moved_at = %s WHERE code = %s", [deed.now, code])
    deed.record(stream(lot), "use", {"number": number})


def stream(lot: UUID) -> str:
    """Name the journal's stream of a lot."""
    return f"numbers:{lot}"


def _free_codes(count: int) -> list[str]:
    """Draw codes under which no service has a case and no lot a number."""
    shorts, found = [service.short for service in catalogue.list_services()], list[str]()
    while len(found) < count:
        wanted = list(dict.fromkeys(codes.draw(rules.CODE) for _ in range(count - len(found))))
        numbers = [rules.spell_number(short, code) for code in wanted for short in shorts]
        held = {
            rules.code_of(str(row[0]))
            for row in sql.rows(
                f"SELECT number FROM cases_case WHERE number IN ({_marks(numbers)})"
                f" UNION ALL SELECT code FROM cases_drawnnumber WHERE code IN ({_marks(wanted)})",
                [*numbers, *wanted],
            )
        }
        found += [code for code in wanted if code not in held and code not in found]
    return found


def _marks(values: list[str]) -> str:
    return ", ".join(["%s"] * len(values)) or "NULL"
