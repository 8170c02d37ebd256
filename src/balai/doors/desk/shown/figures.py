"""Figures as tiles, charts and a table: what came in, how long it took, how much was on time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from balai.base.numbers import whole
from balai.base.pages import charts, texts
from balai.base.pages.parts import Bar, Cell, Column, Plot, Tone
from balai.base.pages.sheets import Value
from balai.casework.catalogue import queries as catalogue
from balai.casework.figures import rules
from balai.casework.figures.queries import AGES, Backlog, Counted, Figure, TakeUp
from balai.doors.desk import words

GOAL = 0.9  # the share on time that the line in the chart marks; a wish, not law


@dataclass(frozen=True, slots=True)
class Sum:
    """One number in large type with what it counts."""

    value: str
    text: str
    tone: str = ""
    url: str = ""


def sums(figures: Sequence[Figure], backlog: Backlog, lang: str, *, url: str) -> tuple[Sum, ...]:
    """Add up what the head of an office asks first; what is late now counts whenever it came in. Each leads to its cases."""
    received, closed = sum(one.received for one in figures), sum(one.closed for one in figures)
    sent_back, on_time = sum(one.sent_back for one in figures), sum(one.on_time for one in figures)
    return (
        Sum(number(backlog.overdue), texts.say("desk.figures.overdue", lang), "bad" if backlog.overdue else "", f"{url}overdue"),
        Sum(number(backlog.open), texts.say("desk.figures.open", lang), "", f"{url}open"),
        Sum(number(received), texts.say("desk.figures.received", lang), "", f"{url}received"),
        Sum(number(closed), texts.say("desk.figures.closed", lang), "", f"{url}closed"),
        Sum(percent(on_time / closed if closed else None), texts.say("desk.figures.on_time_late", lang), "", f"{url}late"),
        Sum(percent(sent_back / received if received else None), texts.say("desk.figures.sent_back", lang), "", f"{url}sent_back"),
    )  # fmt: skip


def ages(backlog: Backlog, lang: str, *, url: str) -> tuple[tuple[Column, ...], list[list[Cell]]]:
    """Make the table of how old is what is open now; each age leads to its cases."""
    columns = (
        Column(texts.say("desk.figures.age", lang)),
        Column(texts.say("desk.figures.column.open", lang), numeric=True),
    )
    rows = [
        [Cell(name_counted(f"age-{at}", lang)), Cell(number(count), f"{url}age-{at}" if count else "")]
        for at, count in enumerate(backlog.ages)
    ]
    return columns, rows


def name_counted(what: str, lang: str) -> str:
    """Say what a number counts."""
    if not what.startswith("age-"):
        return texts.say(f"desk.figures.counted.{what}", lang)
    at = whole(what[4:], 0)
    first = AGES[at - 1] if at else 0
    if at >= len(AGES):
        return texts.say("desk.figures.counted.older", lang, first=first)
    return texts.say("desk.figures.counted.age", lang, first=first, last=AGES[at])


@dataclass(frozen=True, slots=True)
class FigureCase:
    """One case behind a number."""

    number: str
    service: str
    holder: str
    unit: str
    submitted: str
    due: words.Due


def counted(rows: Sequence[Counted], now: datetime, lang: str) -> list[FigureCase]:
    """Make the lines of the cases behind a number."""
    return [
        FigureCase(
            row.number,
            catalogue.get_service(row.service_id, row.service_key).text("title", lang),
            row.holder_masked,
            row.unit_name,
            words.moment(row.submitted_at, lang),
            words.Due(words.moment(row.closed_at, lang), "none", "", "check", "", "")
            if row.closed_at
            else words.due(row.due_at, now, lang),
        )
        for row in rows
    ]


def table(
    heading: str, figures: Sequence[Figure], lang: str, *, name: Callable[[str], str], url: str = ""
) -> tuple[tuple[Column, ...], list[list[Cell]]]:
    """Make the table of figures, one group a row; with `url` each number leads to its cases, a median and a share to those they were made of."""

    def cell(one: Figure, text: str, what: str, count: int, tone: Tone = "") -> Cell:
        query = urlencode({"kelompok": one.group, "apa": what})
        return Cell(text, f"{url}&{query}" if url and count else "", tone if count else "")

    columns = (
        Column(heading),
        *(
            Column(texts.say(f"desk.figures.column.{key}", lang), numeric=True)
            for key in ("received", "closed", "open", "overdue", "median", "on_time", "sent_back")
        ),
    )
    rows = [
        [
            Cell(name(one.group)),
            cell(one, number(one.received), "received", one.received),
            cell(one, number(one.closed), "closed", one.closed),
            cell(one, number(one.open), "running", one.open),
            cell(one, number(one.overdue), "running_late", one.overdue, "bad"),
            cell(one, days(one.median_days), "closed", one.closed),
            cell(one, percent(one.on_time_share), "kept", one.closed),
            cell(one, number(one.sent_back), "sent_back", one.sent_back),
        ]
        for one in figures
    ]
    return columns, rows


def short_month(key: str, lang: str) -> str:
    """Write a month for the foot of a chart: Mar 26."""
    name, _, year = month(key, lang).partition(" ")
    return f"{name[:3]} {year[2:]}" if year else key


def received_by_month(figures: Sequence[Figure], lang: str) -> Plot:
    """Draw what came in month by month."""
    points = [(short_month(one.group, lang), float(one.received)) for one in figures]
    return charts.line(texts.say("desk.figures.chart.received", lang), points, show=lambda value: number(round(value)))


def on_time_by_month(figures: Sequence[Figure], lang: str) -> Plot:
    """Draw the share that was on time month by month, months without a closed case left out."""
    points = [
        (short_month(one.group, lang), 100 * one.on_time_share) for one in figures if one.on_time_share is not None
    ]
    return charts.line(
        texts.say("desk.figures.chart.on_time", lang), points, goal=100 * GOAL, show=lambda value: f"{value:.0f} %"
    )


def slowest(figures: Sequence[Figure], lang: str, *, name: Callable[[str], str], most: int = 8) -> tuple[Bar, ...]:
    """Draw where a case takes longest: the largest medians."""
    known = sorted((one for one in figures if one.median_days is not None), key=lambda one: -(one.median_days or 0))[
        :most
    ]
    return charts.bars([(name(one.group), one.median_days or 0) for one in known], show=days)


CHANNELS = ("portal", "counter", "api")  # others stand behind these, where something came by them


def channels_of(found: Sequence[TakeUp]) -> list[str]:
    """List the channels to be shown: the three that there always are, and whatever else something came by."""
    used = {channel for one in found for channel in one.channels}
    return [*CHANNELS, *sorted(used - set(CHANNELS))]


def take_up_bars(found: Sequence[TakeUp], lang: str) -> tuple[Bar, ...]:
    """Draw by which channels applications came, over all units; a handful is told, and drawn, as just that."""
    sums = {channel: sum(one.channels.get(channel, 0) for one in found) for channel in channels_of(found)}
    said = rules.say_few(sums)
    drawn = [(name, {"<5": rules.FEW, "≥5": round(sums[name], -1)}.get(said[name], sums[name])) for name in sums]
    told = iter(said.values())
    points = [(texts.say(f"desk.channel.{name}", lang), float(length)) for name, length in drawn]
    return charts.bars(points, show=lambda _: next(told))


def from_afar_bars(found: Sequence[TakeUp], *, most: int = 12) -> tuple[Bar, ...]:
    """Draw for each unit the share that came without a way to its counter, lowest first, to the nearest ten percent.

    Units with fewer than twenty applications are left out: there a share would tell of single people.
    """
    known = [(one.unit, float(round(100 * one.from_afar, -1))) for one in found if one.received >= 4 * rules.FEW]
    lowest = sorted(known, key=lambda pair: (pair[1], pair[0]))[:most]
    return charts.bars(lowest, show=lambda value: f"{value:.0f} %", whole=100)


def take_up_table(
    found: Sequence[TakeUp], lang: str, titles: Mapping[str, str] | None = None
) -> tuple[tuple[Column, ...], list[list[Cell]]]:
    """Make the table of units, or with `titles` of services, and channels, without what would tell of a handful of people.

    Of a service it says too how many are closed, as the table of services beside it does.
    """
    channels, of_services = channels_of(found), titles is not None
    columns = (
        Column(texts.say("desk.figures.service" if of_services else "desk.figures.unit", lang)),
        *(Column(texts.say(f"desk.channel.{channel}", lang), numeric=True) for channel in channels),
        *((Column(texts.say("desk.figures.column.closed", lang), numeric=True),) if of_services else ()),
        Column(texts.say("desk.figures.column.received", lang), numeric=True),
    )
    rows = []
    for one in found:
        said = rules.say_few({channel: one.channels.get(channel, 0) for channel in channels})
        name, closed = (titles or {}).get(one.unit, one.unit), (Cell(number(one.closed)),) if of_services else ()
        rows.append([Cell(name), *(Cell(said[channel]) for channel in channels), *closed, Cell(number(one.received))])
    return columns, rows


def sheet(heading: str, figures: Sequence[Figure], titles: Mapping[str, str]) -> tuple[list[str], list[list[Value]]]:
    """Make the rows of a table to take along: counts as they are, days and shares with three places."""
    names = ("received", "closed", "open", "overdue", "median", "on_time", "sent_back")
    rows: list[list[Value]] = [
        [
            titles.get(one.group, one.group), one.received, one.closed, one.open, one.overdue,
            None if one.median_days is None else round(one.median_days, 3),
            None if one.on_time_share is None else round(one.on_time_share, 3), one.sent_back,
        ]
        for one in figures
    ]  # fmt: skip
    return [heading, *(texts.say(f"desk.figures.column.{name}") for name in names)], rows


def take_up_sheet(
    found: Sequence[TakeUp], lang: str, titles: Mapping[str, str] | None = None
) -> tuple[list[str], list[list[Value]]]:
    """Make the rows of units, or services, and channels to take along, without what would tell of a handful of people, as on the page."""
    columns, rows = take_up_table(found, lang, titles)
    sums: list[Value] = [one.received for one in found]
    return [column.label for column in columns], [
        [*(cell.text for cell in row[:-1]), received] for row, received in zip(rows, sums, strict=True)
    ]


def number(value: int) -> str:
    """Write a count with thousands grouped as here: 12.340."""
    return rules.write(value)


def percent(share: float | None) -> str:
    """Write a share in percent; a dash where nothing can be divided."""
    return "—" if share is None else f"{round(100 * share)} %"


def days(value: float | None) -> str:
    """Write elapsed days: 2,4; under a tenth of a day as hours is not told apart."""
    return "—" if value is None else f"{value:.1f}".replace(".", ",")


def month(key: str, lang: str) -> str:
    """Write a month given as 2026-03: Maret 2026."""
    year, _, number_ = key.partition("-")
    names = texts.say("pages.form.months", lang).split()
    number = whole(number_, 0, most=12)
    return f"{names[number - 1]} {year}" if number else key
