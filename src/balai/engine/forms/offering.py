"""Rows that are offered: a registry tells whom a row may name, and whoever fills the form in ticks who is meant.

What is ticked becomes an answer like any other; which of the answers were ticked is seen by their being what was offered.
"""

from collections.abc import Mapping, Sequence

from balai.engine.forms.form import Field

Row = Mapping[str, object]
Offers = Mapping[str, Sequence[Row]]  # by the name of the field


def split_rows(rows: object, offered: Sequence[Row]) -> tuple[tuple[int, ...], list[Row]]:
    """Answer which of the offered rows are among the answers, by their numbers, and the rows that somebody wrote."""
    given = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list | tuple) else []
    ticked = tuple(at for at, row in enumerate(offered) if any(_same(row, one) for one in given))
    return ticked, [one for one in given if not any(_same(row, one) for row in offered)]


def _same(offered: Row, given: Row) -> bool:
    return {name: str(value) for name, value in given.items() if value not in (None, "")} == dict(offered)


def ticked_rows(group: Field, posted: Sequence[str], offered: Sequence[Row]) -> list[dict[str, object]]:
    """Answer the offered rows whose numbers were posted, in their order, no more than the group takes."""
    wanted = {word for word in posted if word.isascii() and word.isdecimal()}
    return [dict(row) for at, row in enumerate(offered) if str(at) in wanted][: group.max_items or None]


def fit_offer(group: Field, members: Sequence[Row]) -> list[dict[str, str]]:
    """Answer what a registry told of each, as answers to the questions of a row: no more than these, each once."""
    found: list[dict[str, str]] = []
    for one in members:
        row = {name: str(one[name]) for name in group.fields if one.get(name) not in (None, "")}
        if row and row not in found:
            found.append(row)
    return found


def offer_asked(fields: Mapping[str, Field], post: Mapping[str, object]) -> str:
    """Name the field whose button asks what may be ticked, "" when none was pressed."""
    return next((one.name for one in fields.values() if one.offered and f"{one.name}-offer" in post), "")
