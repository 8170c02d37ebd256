"""The kinds of folder there are, each registered by the app or room that it belongs to, in its `folders.py`.

That file is loaded when somebody asks, also where no database is (`balai check`): it imports no tables. What walks the kinds knows
none of them by name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from balai.engine.folders import Law
from balai.engine.folders.schema_probe import Shape
from balai.engine.manifest import Town
from balai.engine.problems import Problem

SOURCE = Path(__file__).resolve().parents[2]


class Thing(Protocol):
    """What a folder is read into: anything frozen that knows its id, the version it calls itself and its key."""

    @property
    def id(self) -> str:
        """Give the folder's name."""

    @property
    def version(self) -> str:
        """Give what the folder calls its version."""

    @property
    def key(self) -> str:
        """Give the digest over everything it says."""

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Give what keeps it from nothing, but should be known."""


T = TypeVar("T", bound=Thing)
Read = Callable[[Mapping[str, bytes], str, Town | None, bool], T]


def _nothing(_: Any) -> Iterable[Any]:
    return ()


def _always(_: Any) -> bool:
    return True


class FolderChange(Protocol):
    """One difference between two versions of a folder, said in words."""

    @property
    def whom(self) -> str:
        """Give whom it touches: the applicant, the officer, the law."""

    def words(self, lang: str) -> str:
        """Say it."""


def _no_changes(before: Any, after: Any) -> Iterable["FolderChange"]:
    return ()


def _no_files(files: Mapping[str, bytes], folder: str, town: Town | None) -> Mapping[str, bytes]:
    return {}


def _no_words(_: Any) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class FolderKind(Generic[T]):
    """A kind of folder: where its folders stand, the file that each of them has, and what reads and judges it.

    `read(files, folder, town, published)` answers the thing, or raises Problems; `folder` is its path (`services/x`), and what is
    `published` was judged by the program of its day. `rehearse` plays what must come out; `law` tells the legal values;
    `is_fixed` tells whether its version's content may never change again; `praise` adds to the line of a good folder, `tier` names how good it is;
    `together` judges folders that stand beside each other; `compare` says what changes from one version to the next; `fill` answers files with what they lack, marked TODO; `shapes` names, by file, what reads it: its JSON Schema is made of that.
    """

    name: str
    place: str  # `services`, or `town/pages`
    main: str  # `service.yaml`
    words: Mapping[str, str]  # what its folders are called, by language: "layanan", "services"
    read: Read[T]
    rehearse: Callable[[T], Iterable[Problem]] = _nothing
    law: Callable[[T], Iterable[Law]] = _nothing
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    is_fixed: Callable[[T], bool] = _always
    praise: Callable[[T], str] = _no_words
    tier: Callable[[T], str] = _no_words
    together: Callable[[Sequence[Path]], Iterable[Problem]] = _nothing
    compare: Callable[[T, T], Iterable[FolderChange]] = _no_changes
    fill: Callable[[Mapping[str, bytes], str, Town | None], Mapping[str, bytes]] = _no_files
    opened: str = "in force"
    with_town: bool = True  # kept with the files of the town that it was read with
    unless: str = ""  # main file of the kind that a folder is instead, where both stand in it

    def where(self, root: Path, town: Path | None = None) -> Path:
        """Tell where its folders stand, under the folder that holds `services/` and, unless told otherwise, `town/`."""
        first, _, rest = self.place.partition("/")
        return (town or root / "town") / rest if first == "town" else root / self.place

    def root_of(self, folder: Path) -> Path:
        """Tell which folder holds `services/` and `town/`, by where one folder of this kind stands."""
        return folder.resolve().parents[self.place.count("/") + 1]

    def list_folders(self, place: Path) -> list[Path]:
        """List the folders of this kind that lie in a place, by name."""
        return sorted(path.parent for path in place.glob(f"*/{self.main}") if self.holds(path.parent))

    def holds(self, folder: Path) -> bool:
        """Tell whether a folder is of this kind, by its files."""
        return (folder / self.main).is_file() and not (self.unless and (folder / self.unless).is_file())


_KINDS: dict[str, FolderKind[Any]] = {}


def register(kind: FolderKind[Any]) -> None:
    """Enter a kind. :raises ValueError: when another has its main file, or its place and neither gives way: a folder must say what it is."""
    for other in _KINDS.values():
        shared = other.place == kind.place and other.main != kind.unless and kind.main != other.unless
        if other.name != kind.name and (shared or other.main == kind.main):
            raise ValueError(f"{kind.name} stands where {other.name} does, or has the same main file")
    _KINDS[kind.name] = kind


def list_kinds() -> list[FolderKind[Any]]:
    """List the kinds, by name."""
    _load()
    return [kind for _, kind in sorted(_KINDS.items())]


def get_kind(name: str) -> FolderKind[Any]:
    """Fetch a kind. :raises LookupError: with the names there are."""
    _load()
    if name not in _KINDS:
        raise LookupError(f"there is no kind of folder {name!r}; there are {sorted(_KINDS)}")
    return _KINDS[name]


def find_at(path: Path) -> Iterator[tuple[FolderKind[Any], Path]]:
    """Find the folders at a path: it is one, or holds some."""
    for kind in list_kinds():
        if kind.holds(path):
            yield kind, path
        else:
            yield from ((kind, folder) for folder in kind.list_folders(path))


@lru_cache(maxsize=1)
def _load() -> None:
    """Load the `folders.py` of every app and room there is, by their files, so that no settings are needed."""
    for path in sorted(SOURCE.glob("*/*/folders.py")):
        import_module(".".join(("balai", *path.relative_to(SOURCE).with_suffix("").parts)))
