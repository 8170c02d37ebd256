"""Who looked at a person's data, in words: by reader and day, at their case or at all that is theirs."""

from collections.abc import Sequence

from balai.base.pages import sheets
from balai.base.pages.parts import Cell, Column
from balai.base.pages.texts import has, say
from balai.casework.readings.queries import Purpose, ReaderDay
from balai.engine.forms import format_date

COUNTED = ("opened", "listed", "refused", "worked", "signed")
MOST = 2  # posts that are named of somebody who held many


def columns() -> tuple[Column, ...]:
    """Give the columns of the table."""
    return tuple(Column(say(f"portal.looked.{name}")) for name in ("day", "who", "did"))


def rows(lines: Sequence[ReaderDay], lang: str) -> tuple[tuple[Cell, ...], ...]:
    """Make the table: the day; office and post, with the reader's name where law lets it be shown; what they did and what for."""
    return tuple(
        (Cell(format_date(line.day, lang)), _who(line), Cell(_did(line), note="; ".join(map(_said, line.purposes))))
        for line in lines
    )


def _who(line: ReaderDay, *, whole: bool = False) -> Cell:
    if line.kind == "officer":
        name = line.name or say("portal.looked.unnamed")
        return Cell(_posts(line.offices, whole=whole), note=name)
    if line.kind == "person":
        if not line.opened:  # whoever was turned away is no officer, and their name is their own
            return Cell(say("portal.looked.other"))
        return Cell(line.name or say("portal.looked.gone"), note=say("portal.looked.other"))
    if line.kind == "anonymous":
        return Cell(say("portal.looked.by_link" if line.actor.endswith(":link") else "portal.looked.by_code"))
    return Cell(say("portal.looked.system", name=line.actor.partition(":")[2] or line.kind))


def _did(line: ReaderDay) -> str:
    counted = ((name, getattr(line, name)) for name in COUNTED)
    return ", ".join(say(f"portal.looked.count.{name}", count=count) for name, count in counted if count)


def _said(one: Purpose) -> str:
    """Say one purpose: of a list which list it was, else what for; how often, and that it was refused."""
    kind, _, rest = one.object.partition(":")
    key = f"portal.looked.list.{rest}" if kind == "list" else f"portal.purpose.{one.purpose.replace(' ', '-')}"
    said = say(key) if has(key) else one.purpose
    if one.refused:
        said = say("portal.looked.was_refused", what=said)
    return say("portal.looked.times", what=said, count=one.times) if one.times > 1 else said


def table(lines: Sequence[ReaderDay]) -> tuple[list[str], list[list[sheets.Value]]]:
    """Give all of it for a spreadsheet: its heading, and a row for each line."""
    heading = [say(f"portal.looked.{name}") for name in ("day", "who", "name")]
    heading += [say(f"portal.looked.column.{name}") for name in COUNTED]
    found = [(line, _who(line, whole=True)) for line in lines]
    return heading, [[line.day, who.text, who.note, *(getattr(line, name) for name in COUNTED)] for line, who in found]


def _posts(held: Sequence[str], *, whole: bool = False) -> str:
    """Name the posts somebody held, the first two of many: the file for spreadsheets has them all."""
    if len(held) > MOST + 1 and not whole:
        return say("portal.looked.posts", posts="; ".join(held[:MOST]), count=len(held) - MOST)
    return "; ".join(held) or say("portal.looked.no_post")
