"""What the components show: plain values that a view or a query makes and a template draws."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

Tone = Literal["", "info", "ok", "warn", "bad"]
State = Literal["done", "now", "wait", "later"]


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere; without `url` they are where one is. `counted` says what `count` counts, `tone` how it looks."""

    text: str
    url: str = ""
    icon: str = ""
    count: int | None = None
    current: bool = False
    lang: str = ""
    counted: str = ""
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class GridTile:
    """One card of a grid."""

    title: str
    url: str
    text: str = ""
    icon: str = "document"
    mark: str = ""  # what is out of the ordinary with it, in two words


@dataclass(frozen=True, slots=True)
class StepperStage:
    """One stage of a stepper."""

    title: str
    state: State


@dataclass(frozen=True, slots=True)
class Moment:
    """One point of a timeline: what happened, when in words, and what it means."""

    title: str
    at: str = ""
    text: str = ""
    state: State = "done"
    iso: str = ""


@dataclass(frozen=True, slots=True)
class Waypoint:
    """One stage of a way: `aside` may come instead of what follows, `next` comes first of what is still to come."""

    title: str
    state: State
    at: str = ""
    text: str = ""
    aside: tuple[str, ...] = ()
    end: bool = False
    next: bool = False
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of a definition list; `change_url` offers to change it, `marked` asks the reader to look at it."""

    label: str
    value: str
    change_url: str = ""
    note: str = ""
    marked: bool = False
    url: str = ""
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class FormFault:
    """One line of an error summary: the id of the control to go to and what to do."""

    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; its label stands beside each value on a phone."""

    label: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: words, perhaps a link or a tag."""

    text: str
    url: str = ""
    tone: Tone = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pager:
    """Where one is in a list of `total` things, `size` to a page; `number` counts from 1."""

    number: int
    size: int
    total: int
    url: str = "?halaman={}"

    @property
    def pages(self) -> int:
        """Count the pages; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def links(self) -> Iterator[tuple[str, str]]:
        """Yield (words, url) for the first, the last and the near pages; ("…", "") stands for those left out."""
        before = 0
        for number in range(1, self.pages + 1):
            if number in (1, self.pages) or abs(number - self.number) <= 1:
                if number - before > 1:
                    yield "…", ""
                yield str(number), "" if number == self.number else self.url.format(number)
                before = number

    @property
    def back(self) -> str:
        """Give the address of the page before, "" on the first."""
        return self.url.format(self.number - 1) if self.number > 1 else ""

    @property
    def on(self) -> str:
        """Give the address of the next page, "" on the last."""
        return self.url.format(self.number + 1) if self.number < self.pages else ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: its share is of the largest bar, in percent."""

    label: str
    value: str
    share: float
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """A line chart ready to draw: paths in a box of 100 by 100, and the words around it."""

    title: str
    path: str
    dots: str
    goal: str
    ys: tuple[str, ...]
    xs: tuple[str, ...]
    rows: tuple[tuple[str, str], ...] = field(default=())


def stages(titles: Sequence[str], current: int) -> tuple[StepperStage, ...]:
    """Make a stepper: those before `current` (counted from 0) are done, those after come later."""
    return tuple(
        StepperStage(title, "done" if at < current else "now" if at == current else "later")
        for at, title in enumerate(titles)
    )
