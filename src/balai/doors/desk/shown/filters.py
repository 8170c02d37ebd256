"""The inbox's filters: which services, steps and kinds of work there are to choose, each with how many tasks it would show."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from django.http import QueryDict
from django.utils.http import urlencode

from balai.base.pages import texts
from balai.casework.cases.queries import Heap, Which
from balai.casework.catalogue import queries as catalogue

SIGNING = "tanda-tangan"
DESKS: Mapping[str, Which] = {"unit": "unit", "semua": "all"}  # as the address names them; none is one's own


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is chosen, as it stands in the address: the desk, a service, a step, signing alone."""

    which: Which = "mine"
    service: str = ""
    step: str = ""
    signing: bool = False

    @classmethod
    def read(cls, asked: QueryDict) -> Self:
        """Read the choice from an address."""
        return cls(
            DESKS.get(asked.get("meja", ""), "mine"),
            asked.get("layanan", ""),
            asked.get("langkah", ""),
            asked.get("jenis") == SIGNING,
        )

    @property
    def filtered(self) -> bool:
        """Tell whether anything is left out."""
        return bool(self.service or self.step or self.signing)

    @property
    def operation(self) -> str:
        """Name the operation that the listed tasks must have, "" for any."""
        return "document.sign" if self.signing else ""

    def address(self, **more: str) -> str:
        """Write the choice as the query of an address."""
        kept = {
            "meja": self.desk,
            "layanan": self.service,
            "langkah": self.step,
            "jenis": SIGNING if self.signing else "",
        }
        return f"?{urlencode({name: value for name, value in (kept | more).items() if value})}"

    @property
    def desk(self) -> str:
        """Name the desk as the address does, "" for one's own."""
        return next((name for name, which in DESKS.items() if which == self.which), "")

    def at(self, which: Which) -> str:
        """Write the address of the same choice on another desk."""
        return replace(self, which=which).address()

    def admits(self, heap: Heap, *, but: str = "") -> bool:
        """Tell whether some tasks pass the choice, one filter left out of account."""
        return (
            (but == "service" or self.service in ("", heap.service_id))
            and (but == "step" or self.step in ("", heap.node))
            and (but == "signing" or not self.signing or heap.operation == "document.sign")
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a filter, with how many tasks it would show beside the other filters."""

    value: str
    words: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: its name in the address, its label, what there is to choose, and how many tasks without it."""

    name: str
    label: str
    every: str
    count: int
    choices: tuple[Choice, ...]


def filters(heaps: Iterable[Heap], chosen: Chosen, lang: str) -> tuple[Filter, ...]:
    """Make the inbox's filters; what is chosen stays to be seen even when nothing is left of it."""
    heaps = list(heaps)
    return (
        _filter("layanan", "service", _services(heaps, chosen, lang), chosen.service, heaps, chosen),
        _filter("langkah", "step", _steps(heaps, chosen, lang), chosen.step, heaps, chosen),
        _filter("jenis", "signing", _signing(), SIGNING if chosen.signing else "", heaps, chosen),
    )


def _filter(name: str, kind: str, words: Mapping[str, str], chosen: str, heaps: list[Heap], choice: Chosen) -> Filter:
    counted: Counter[str] = Counter()
    for heap in heaps:
        if choice.admits(heap, but=kind):
            counted[_value(kind, heap)] += heap.count
    choices = tuple(
        Choice(value, said, counted[value], value == chosen)
        for value, said in sorted(words.items(), key=lambda pair: pair[1].lower())
        if value and (counted[value] or value == chosen)
    )
    every = texts.say(f"desk.inbox.filter.all_{kind}")
    return Filter(name, texts.say(f"desk.inbox.filter.{kind}"), every, sum(counted.values()), choices)


def _value(kind: str, heap: Heap) -> str:
    if kind == "signing":
        return SIGNING if heap.operation == "document.sign" else ""
    return heap.service_id if kind == "service" else heap.node


def _services(heaps: list[Heap], chosen: Chosen, lang: str) -> dict[str, str]:
    named = {heap.service_id: catalogue.get_service(heap.service_id, heap.service_key) for heap in heaps}
    return {chosen.service: chosen.service} | {id: service.text("title", lang) for id, service in named.items()}


def _steps(heaps: list[Heap], chosen: Chosen, lang: str) -> dict[str, str]:
    """Name each step; one that services call differently bears all its names."""
    names: dict[str, dict[str, None]] = {}
    for heap in heaps:
        if chosen.service in ("", heap.service_id):
            service = catalogue.get_service(heap.service_id, heap.service_key)
            names.setdefault(heap.node, {})[service.text(f"steps.{heap.node}.title", lang, heap.node)] = None
    return {chosen.step: chosen.step} | {node: " / ".join(said) for node, said in names.items()}


def _signing() -> dict[str, str]:
    return {SIGNING: texts.say("desk.inbox.filter.only_signing")}
