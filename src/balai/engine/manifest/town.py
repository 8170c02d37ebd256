"""What differs from town to town: its name, its values with their legal basis, life events, tables and letterhead."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from balai.engine.forms import CodeRow, CodeTable, format_date
from balai.engine.forms.branch import Branch
from balai.engine.manifest import guides, search_words
from balai.engine.manifest.connections import Connection, read_connections
from balai.engine.manifest.contact import HallContact, read_contact
from balai.engine.manifest.face import PICTURES
from balai.engine.manifest.guides import EventGuide, guides_of
from balai.engine.manifest.search_words import SearchWords, words_of
from balai.engine.manifest.yaml_tree import line_of_byte, read_yaml
from balai.engine.problems import Problem, Problems, Unreadable

STATUSES = ("confirmed", "unconfirmed")
VALUE_TYPES = ("money", "number", "integer", "text", "boolean", "date")


@dataclass(frozen=True, slots=True)
class TownValue:
    """One value a town sets, such as a fee or a limit; dated, with legal basis and whether it is confirmed."""

    name: str
    type: str
    value: Decimal | int | str | bool | date
    valid_from: date
    valid_to: date | None = None
    legal_basis: str = ""
    status: str = "unconfirmed"
    file: str = field(default="", compare=False)  # where it is written
    line: int = field(default=0, compare=False)

    def text(self, lang: str) -> str:
        """Answer the value in words."""
        return format_date(self.value, lang) if isinstance(self.value, date) else str(self.value)


@dataclass(frozen=True)
class Town:
    """A town as its `town/` folder says; `parts` are the files its letters read, hashed into every version."""

    code: str
    name: str
    zone: str = "Asia/Makassar"
    values: Mapping[str, tuple[TownValue, ...]] = field(default_factory=dict)
    life_events: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    guides: Mapping[str, EventGuide] = field(default_factory=dict)  # of those life events that have steps
    tables: Mapping[str, CodeTable] = field(default_factory=dict)
    units: frozenset[str] = frozenset()
    units_sure: bool = False  # they are those of a running hall, and there are no others
    parts: Mapping[str, bytes] = field(default_factory=dict)
    contact: HallContact | None = None  # None: nobody asked
    connections: Mapping[str, Connection] = field(default_factory=dict)  # the registries it reaches
    words: SearchWords = field(default_factory=SearchWords)  # by which people search
    folders: Mapping[str, frozenset[str]] = field(default_factory=dict)  # what stands on disk beside it: ids by place


def read_town(files: Mapping[str, bytes]) -> Town:
    """Read a town out of its files: `town.yaml`, `contact.yaml`, `life-events.yaml`, `words.yaml`, `data/*.csv`, `connections/*`, `*.typ`.

    :raises Problems: with everything that is wrong in them.
    """
    problems: list[Problem] = []
    if "town.yaml" not in files:
        raise Problems([Problem("There is no town.yaml.", "Say the town's code and name in it.", "town/town.yaml")])
    root = read_yaml(files["town.yaml"], "town/town.yaml", problems)
    town = replace(
        town_of(root),
        tables=read_tables(files, "town/", problems),
        parts={
            path: content
            for path, content in files.items()
            if path.endswith((".typ", ".svg", ".png")) and path not in PICTURES
        },
        contact=read_contact(files, problems),
        connections=read_connections(files, problems),
    )
    if "life-events.yaml" in files:
        events = read_yaml(files["life-events.yaml"], "town/life-events.yaml", problems)
        town = replace(town, life_events=life_events_of(events), guides=guides_of(events))
    if search_words.FILE in files:
        town = replace(town, words=words_of(read_yaml(files[search_words.FILE], f"town/{search_words.FILE}", problems)))
    if problems:
        raise Problems(problems)
    return town


def town_of(root: Branch) -> Town:
    """Read town.yaml, adding what is wrong to the branch's problems."""
    keys = root.keys(("code", "name", "zone", "values", "units"), required=("code", "name"))
    return Town(
        code=keys["code"].text() if "code" in keys else "",
        name=keys["name"].text() if "name" in keys else "",
        zone=keys["zone"].text() if "zone" in keys else "Asia/Makassar",
        values=_values_of(keys.get("values")),
        units=frozenset(keys["units"].texts()) if "units" in keys else frozenset(),
    )


def events_file(root: Branch) -> tuple[object, object]:
    """Read the whole of life-events.yaml: what the editors' schema is made of."""
    return life_events_of(root), guides_of(root)


def life_events_of(root: Branch) -> dict[str, dict[str, str]]:
    """Read life-events.yaml: the names of each event by language, and its icon."""
    return {one.key: _names_of(one) for one in root.entries()}


def _names_of(branch: Branch) -> dict[str, str]:
    given = branch.keys((*guides.NAMES, *guides.PARTS), required=("id", "en"))
    return {name: one.text() for name, one in given.items() if name in guides.NAMES}


def _values_of(branch: Branch | None) -> dict[str, tuple[TownValue, ...]]:
    if branch is None:
        return {}
    values = {}
    for one in branch.entries():
        entries = list(one.items()) if isinstance(one.value, list) else [one]
        values[one.key] = tuple(read_value(entry, one.key, "value") for entry in entries)
    return values


def read_value(branch: Branch, name: str, value_key: str) -> TownValue:
    """Read one dated value; `value_key` is `value` in a town and `default` in a service folder."""
    known = ("type", value_key, "valid_from", "valid_to", "legal_basis", "status")
    keys = branch.keys(known, required=("type", value_key, "valid_from", "legal_basis", "status"))
    kind = keys["type"].one_of(VALUE_TYPES) if "type" in keys else "text"
    return TownValue(
        name=name,
        type=kind,
        value=_typed(keys[value_key], kind) if value_key in keys else "",
        valid_from=_date(keys["valid_from"]) if "valid_from" in keys else date.min,
        valid_to=_date(keys["valid_to"]) if "valid_to" in keys else None,
        legal_basis=keys["legal_basis"].text() if "legal_basis" in keys else "",
        status=keys["status"].one_of(STATUSES) if "status" in keys else "unconfirmed",
        file=branch.file,
        line=branch.line,
    )


def _typed(branch: Branch, kind: str) -> Decimal | int | str | bool | date:
    if kind in ("money", "number"):
        return _decimal(branch)
    if kind == "integer":
        return branch.whole(least=-(10**12))
    if kind == "boolean":
        return branch.flag()
    return _date(branch) if kind == "date" else branch.text()


def _decimal(branch: Branch) -> Decimal:
    if isinstance(branch.value, str):
        plain = branch.value.strip()
        if plain.isascii() and plain.removeprefix("-").replace(".", "", 1).isdigit():
            return Decimal(plain)
        branch.wrong(f'"{plain}" is not a number.', 'Write digits, and a dot before decimals: "12500.50".')
        return Decimal(0)
    return branch.number()


def _date(branch: Branch) -> date:
    try:
        return date.fromisoformat(branch.text())
    except ValueError:
        branch.wrong(f'"{branch.value}" is not a date.', 'Write it as "2026-12-31".')
        return date.min


def read_tables(files: Mapping[str, bytes], folder: str, problems: list[Problem]) -> dict[str, CodeTable]:
    """Read every `data/<name>.csv` (columns code, id, en, and more if wanted) as a table."""
    tables: dict[str, CodeTable] = {}
    for path in sorted(files):
        if path.startswith("data/") and path.endswith(".csv"):
            name = path.removeprefix("data/").removesuffix(".csv")
            tables[name] = _table_of(name, files[path], folder + path, problems)
    return tables


def _table_of(name: str, content: bytes, file: str, problems: list[Problem]) -> CodeTable:
    fix, line = "Save it as UTF-8 CSV with commas.", 0
    try:
        text = content.decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text), strict=True)
        rows: list[tuple[int, dict[str, str]]] = []
        for given in reader:
            line = reader.line_num
            rows.append((line, given))
    except (UnicodeDecodeError, csv.Error) as error:
        line = line_of_byte(content, error) if isinstance(error, UnicodeDecodeError) else line + 1
        problems.append(Unreadable(f"The table cannot be read: {error}.", fix, file, line))
        return CodeTable(name, ())
    if not {"code", "id"} <= set(reader.fieldnames or ()):
        problems.append(Unreadable("The columns code and id are missing.", "Begin with code,id,en.", file, 1))
        return CodeTable(name, ())
    found: dict[str, CodeRow] = {}
    for line, cells in rows:
        row = _row_of(cells)
        if not row.code or row.code in found or None in cells or None in cells.values():
            problems.append(
                Problem(
                    f'The row "{row.code}" has no code, is here twice or has the wrong number of cells.', "", file, line
                )
            )
        found[row.code] = row
    return CodeTable(name, tuple(found.values()))


def _row_of(cells: Mapping[str, str]) -> CodeRow:
    names = {lang: (cells.get(lang) or "").strip() for lang in ("id", "en")}
    more = {key: value or "" for key, value in cells.items() if key and key not in ("code", "id", "en")}
    return CodeRow((cells.get("code") or "").strip(), names, more)
