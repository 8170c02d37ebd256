"""What holds an app's own rows against the journal: a port, walked by `balai verify-journal`; each app brings its part in `checks.py`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.module_loading import autodiscover_modules

Heads = Mapping[str, tuple[int, bytes]]  # of every stream: its last sequence number and hash


@dataclass(frozen=True, slots=True)
class Misfit:
    """One row that does not fit: which, what is the matter, and after which moment it came to be so; `open` is no fault yet."""

    table: str
    row: str
    what: str
    after: datetime | None = None
    open: bool = False

    def __str__(self) -> str:
        since = f" (after {self.after:%Y-%m-%d %H:%M:%S} UTC)" if self.after else ""
        return f"{self.table} {self.row}: {self.what}{since}" if self.row else f"{self.table}: {self.what}{since}"


Proof = Callable[[Heads, bool], Iterator[Misfit]]  # the streams' heads; whether to go through everything

_PROOFS: dict[str, Proof] = {}
_KEPT: set[str] = set()


def proves(*, keeps: str = "") -> Callable[[Proof], Proof]:
    """Enter what holds an app's rows against the journal; `keeps` names the streams, by their beginning, whose heads its rows carry."""

    def register(proof: Proof) -> Proof:
        _PROOFS[f"{proof.__module__}.{proof.__name__}"] = proof
        if keeps:
            _KEPT.add(keeps)
        return proof

    return register


def is_kept(stream: str) -> bool:
    """Tell whether an app's own rows carry the head of a stream."""
    autodiscover_modules("checks")
    return stream.startswith(tuple(_KEPT))


def hold_against(heads: Heads, *, deep: bool) -> Iterator[Misfit]:
    """Hold every app's rows against the journal."""
    autodiscover_modules("checks")
    for name in sorted(_PROOFS):
        yield from _PROOFS[name](heads, deep)
