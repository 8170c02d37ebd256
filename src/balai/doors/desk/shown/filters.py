"""A list of work as it is chosen and kept in an address: desk, state, service, step, kind, search and order."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from django.http import QueryDict
from django.utils.http import urlencode

from balai.base import intake
from balai.base.errors import NotFound
from balai.base.pages import texts
from balai.casework.cases import queries
from balai.casework.cases.queries import Heap, Sort, State, Which
from balai.casework.catalogue import queries as catalogue
from balai.engine import manifest

SIGNING = "tanda-tangan"
DESKS: Mapping[str, Which] = {"unit": "unit", "semua": "all"}  # as the address names them; none is one's own
STATES: Mapping[str, State] = {
    "terlambat": "late", "segera": "soon", "kembali": "returned", "bebas": "free", "menunggu": "waiting", "parkir": "parked",
}  # fmt: skip
SORTS: Mapping[str, Sort] = {"lama": "age", "layanan": "service"}  # none is by due date


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is chosen, as it stands in the address."""

    which: Which = "mine"
    service: str = ""
    step: str = ""
    signing: bool = False
    state: State = ""
    sort: Sort = "due"
    text: str = ""
    officer: UUID | None = None

    @classmethod
    def read(cls, asked: QueryDict) -> Self:
        """Read the choice from an address; what cannot be read chooses nothing."""
        try:
            officer = UUID(asked.get("petugas", ""))
        except ValueError:
            officer = None
        return cls(
            DESKS.get(asked.get("meja", ""), "mine"),
            asked.get("layanan", "")[:80],
            asked.get("langkah", "")[:80],
            asked.get("jenis") == SIGNING,
            STATES.get(asked.get("tampil", ""), ""),
            SORTS.get(asked.get("urut", ""), "due"),
            intake.plain(asked.get("isi", ""), 80, "isi"),
            officer,
        )

    @classmethod
    def parse(cls, listed: str) -> Self:
        """Read a choice from a list as its address says it; none of ours is longer than a thousand characters."""
        return cls.read(QueryDict(listed if len(listed) <= 1000 else ""))

    def allowed(self, heads: bool) -> Self:
        """Give the same choice for who may not see all of a unit's desks: without that of another officer."""
        if heads:
            return self if self.officer is None or self.which == "all" else replace(self, officer=None)
        return replace(self, which="unit" if self.which == "all" else self.which, officer=None)

    @property
    def filtered(self) -> bool:
        """Tell whether anything is left out, but for another state."""
        return bool(self.service or self.step or self.signing or self.text or self.officer)

    def filter(self) -> queries.ListFilter:
        """Put the choice into casework's words."""
        operation = "document.sign" if self.signing else ""
        made = queries.ListFilter(self.state, self.service, self.step, operation, self.officer)
        return queries.search_in(made, self.text) if self.text else made

    def address(self, **more: str) -> str:
        """Write the choice as the query of an address."""
        kept = {
            "meja": self.desk,
            "tampil": _name(STATES, self.state),
            "layanan": self.service,
            "langkah": self.step,
            "jenis": SIGNING if self.signing else "",
            "isi": self.text,
            "petugas": str(self.officer or ""),
            "urut": _name(SORTS, self.sort),
        }
        return f"?{urlencode({name: value for name, value in (kept | more).items() if value})}"

    @property
    def everything(self) -> str:
        """Write the address of all that can be done now on the same desk."""
        return self.showing("") if self.desk else "?"

    @property
    def desk(self) -> str:
        """Name the desk as the address does, "" for one's own."""
        return _name(DESKS, self.which)

    @property
    def state_name(self) -> str:
        """Name the state as the address does, "" for what can be done now."""
        return _name(STATES, self.state)

    def at(self, which: Which) -> str:
        """Write the address of the same choice on another desk."""
        return replace(self, which=which, officer=None).address()

    def showing(self, state: State) -> str:
        """Write the address of the same desk in another state, which a tile counts without further filters."""
        return Chosen(which=self.which, state=state, sort=self.sort).address()

    def admits(self, heap: Heap, *, but: str = "") -> bool:
        """Tell whether some tasks pass the choice, one filter left out of account."""
        return (
            (but == "service" or self.service in ("", heap.service_id))
            and (but == "step" or self.step in ("", heap.node))
            and (but == "signing" or not self.signing or heap.operation == "document.sign")
        )

    def counted(self, heap: Heap) -> int:
        """Give how many of some tasks are in the chosen state."""
        return heap.count if self.state in ("", "any") else int(getattr(heap, self.state))


def _name(names: Mapping[str, str], meant: str) -> str:
    return next((name for name, value in names.items() if value == meant), "")


@dataclass(frozen=True, slots=True)
class FilterChoice:
    """One choice of a filter, with how many tasks it would show beside the other filters."""

    value: str
    words: str
    count: int | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class ShownFilter:
    """One filter: its name in the address, its label, what there is to choose, and how many tasks without it."""

    name: str
    label: str
    every: str
    count: int | None
    choices: tuple[FilterChoice, ...]


@dataclass(frozen=True, slots=True)
class FigureTile:
    """One figure, and the list that it opens."""

    words: str
    count: int
    url: str
    icon: str
    tone: str
    current: bool


TILES: tuple[tuple[State, str, str], ...] = (
    ("", "", ""), ("late", "alert", "bad"), ("soon", "clock", "warn"), ("returned", "left", ""), ("free", "person", ""),
    ("waiting", "pause", ""), ("parked", "calendar", ""),
)  # fmt: skip


def tiles(counts: Mapping[str, int], chosen: Chosen) -> list[FigureTile]:
    """Make a figure of each state of a desk, each leading to its list; nothing on one's own desk is free for the taking."""
    return [
        FigureTile(
            texts.say(f"desk.inbox.tally.{state or 'all'}"), counts[state or "all"], chosen.showing(state), icon,
            tone if counts[state or "all"] else "", state == chosen.state,
        )
        for state, icon, tone in TILES
        if state != "free" or chosen.which != "mine"
    ]  # fmt: skip


def filters(heaps: Iterable[Heap], chosen: Chosen, lang: str) -> tuple[ShownFilter, ...]:
    """Make the inbox's filters; what is chosen stays to be seen even when nothing is left of it."""
    heaps = list(heaps)
    return (
        _filter("layanan", "service", _services(heaps, chosen, lang), chosen.service, heaps, chosen),
        _filter("langkah", "step", _steps(heaps, chosen, lang), chosen.step, heaps, chosen),
        _filter("jenis", "signing", _signing(), SIGNING if chosen.signing else "", heaps, chosen),
        ShownFilter(
            "urut", texts.say("desk.inbox.sort.label"), texts.say("desk.inbox.sort.due"), None,
            tuple(FilterChoice(name, texts.say(f"desk.inbox.sort.{sort}"), None, sort == chosen.sort) for name, sort in SORTS.items()),
        ),
    )  # fmt: skip


def _filter(
    name: str, kind: str, words: Mapping[str, str], chosen: str, heaps: list[Heap], choice: Chosen
) -> ShownFilter:
    counted: Counter[str] = Counter()
    for heap in heaps:
        if choice.admits(heap, but=kind):
            counted[_value(kind, heap)] += choice.counted(heap)
    choices = tuple(
        FilterChoice(value, said, counted[value], value == chosen)
        for value, said in sorted(words.items(), key=lambda pair: pair[1].lower())
        if value and (counted[value] or value == chosen)
    )
    every = texts.say(f"desk.inbox.filter.all_{kind}")
    return ShownFilter(name, texts.say(f"desk.inbox.filter.{kind}"), every, sum(counted.values()), choices)


def _value(kind: str, heap: Heap) -> str:
    if kind == "signing":
        return SIGNING if heap.operation == "document.sign" else ""
    return heap.service_id if kind == "service" else heap.node


def find_service(service_id: str, node: str = "") -> manifest.Service | None:
    """Find a service that has a step, in the version open now or else the newest that has it."""
    try:
        found = catalogue.get_service(service_id)
        if not node or node in found.steps:
            return found
    except NotFound:
        pass
    older = (catalogue.get_service(service_id, key) for key, *_ in reversed(catalogue.list_versions(service_id)))
    return next((one for one in older if not node or node in one.steps), None)


def _services(heaps: list[Heap], chosen: Chosen, lang: str) -> dict[str, str]:
    named = {
        id: service.text("title", lang) for id in {heap.service_id for heap in heaps} if (service := find_service(id))
    }
    return {chosen.service: chosen.service} | named


def _steps(heaps: list[Heap], chosen: Chosen, lang: str) -> dict[str, str]:
    """Name each step; one that services call differently bears all its names."""
    names: dict[str, dict[str, None]] = {}
    for heap in heaps:
        if chosen.service in ("", heap.service_id):
            service = find_service(heap.service_id, heap.node)
            said = service.text(f"steps.{heap.node}.title", lang, heap.node) if service else heap.node
            names.setdefault(heap.node, {})[said] = None
    return {chosen.step: chosen.step} | {node: " / ".join(said) for node, said in names.items()}


def _signing() -> dict[str, str]:
    return {SIGNING: texts.say("desk.inbox.filter.only_signing")}
