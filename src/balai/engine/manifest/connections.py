"""Where a registry of others lives, and the shape of what it tells: `town/connections/<id>.yaml` and `<id>.schema.json`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from balai.engine.forms.branch import Branch
from balai.engine.manifest.yaml_tree import read_yaml
from balai.engine.problems import Problem

if TYPE_CHECKING:
    from balai.engine.manifest.datatypes import Type

FOLDER = "connections/"
MARKS = ("confirmed", "unconfirmed")
KINDS = ("string", "number", "integer", "boolean", "object", "array")
FORMATS = ("date", "date-time")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")
_BOOLEANS = {"true": True, "false": False, "ya": True, "tidak": False, "1": True, "0": False}


@dataclass(frozen=True, slots=True)
class RecordShape:
    """The shape of a record or of one value in it; what it does not name is not taken over."""

    kind: str = "object"  # one of KINDS, or date, date-time
    fields: Mapping[str, "RecordShape"] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    items: "RecordShape | None" = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Connection:
    """A registry as the town says it is reached; what is secret, and a table of people, lie in the hall's home."""

    id: str
    title: Mapping[str, str] = field(default_factory=dict)
    file: str = ""  # a CSV in the home's folder `connections`
    key: str = ""  # its column that is asked for
    url: str = ""  # with {key} in it
    token: bool = False  # whether `connections/<id>.token` in the home is shown as a bearer token
    private: tuple[str, ...] = ()  # hosts in private nets that may be asked
    within: int = 8  # seconds for the whole exchange
    attempts: int = 8  # before the step's error event is taken: about ten minutes
    basis: str = ""
    status: str = "unconfirmed"
    record: RecordShape = RecordShape()
    schema: bytes = field(default=b"", repr=False)

    def name(self, lang: str) -> str:
        """Answer what the registry is called in a language."""
        return self.title.get(lang) or self.title.get("id") or self.id


PENDUDUK = "penduduk"
RESIDENT = RecordShape(
    fields={
        **dict.fromkeys(
            ("nik", "family_card", "name", "sex", "birth_place", "address", "village", "status"), RecordShape("string")
        ),
        "birth_date": RecordShape("date"),
    }
)

HOUSEHOLD = RecordShape(  # what the population registry tells to whom may choose from their family card
    fields={
        "members": RecordShape(
            "array",
            items=RecordShape(
                fields={
                    **dict.fromkeys(("nik", "name", "sex", "birth_place", "relation"), RecordShape("string")),
                    "birth_date": RecordShape("date"),
                }
            ),
        )
    }
)


def read_connections(files: Mapping[str, bytes], problems: list[Problem]) -> dict[str, Connection]:
    """Read every connection out of the town's files (path inside `town/` to bytes), each with the schema beside it."""
    found: dict[str, Connection] = {}
    for path in sorted(files):
        name = path.removeprefix(FOLDER)
        if not path.startswith(FOLDER) or name.endswith(".schema.json"):
            continue
        id, file = name.removesuffix(".yaml"), f"town/{path}"
        if not name.endswith(".yaml") or not _NAME.match(id):
            fix = "Here lie <id>.yaml and <id>.schema.json. A table of people lies in the home of the hall."
            problems.append(Problem("This file is no connection.", fix, file))
            continue
        if id == PENDUDUK:
            problems.append(Problem("The population registry is connected by settings.", "Choose another name.", file))
            continue
        read = read_connection(read_yaml(files[path], file, problems))
        found[id] = _with_schema(read, id, files, problems)
    return found


def _with_schema(read: Connection, id: str, files: Mapping[str, bytes], problems: list[Problem]) -> Connection:
    path = f"{FOLDER}{id}.schema.json"
    if path not in files:
        fix = f"Write {id}.schema.json beside it: what a record holds, by name and type."
        problems.append(Problem("Nobody knows what this registry tells.", fix, f"town/{FOLDER}{id}.yaml", 1))
        return Connection(id)
    shape = shape_of(read_yaml(files[path], f"town/{path}", problems))
    values = {name: getattr(read, name) for name in Connection.__slots__}
    return Connection(**{**values, "id": id, "record": shape, "schema": files[path]})


def read_connection(root: Branch) -> Connection:
    """Read one connection's file, adding what is wrong to the branch's problems."""
    keys = root.keys(("title", "csv", "http", "attempts", "basis", "status"), required=("title", "basis", "status"))
    if ("csv" in keys) == ("http" in keys):
        root.wrong("It is not clear where the registry lives.", "Write csv: {file: …, key: …}, or http: {url: …}.")
    title = keys["title"].keys(("id", "en"), required=("id", "en")) if "title" in keys else {}
    table = keys["csv"].keys(("file", "key"), required=("file", "key")) if "csv" in keys else {}
    known = ("url", "token", "private", "within")
    http = keys["http"].keys(known, required=("url",)) if "http" in keys else {}
    private = tuple(one.lower() for one in http["private"].texts()) if "private" in http else ()
    return Connection(
        id="",
        title={lang: one.text() for lang, one in title.items()},
        file=_file_of(table["file"]) if "file" in table else "",
        key=table["key"].text() if "key" in table else "",
        url=_url_of(http["url"], private) if "url" in http else "",
        token=http["token"].flag() if "token" in http else False,
        private=private,
        within=_within(http["within"], 60) if "within" in http else 8,
        attempts=_within(keys["attempts"], 12) if "attempts" in keys else 8,
        basis=keys["basis"].text() if "basis" in keys else "",
        status=keys["status"].one_of(MARKS) if "status" in keys else "unconfirmed",
    )


def _within(branch: Branch, most: int) -> int:
    found = branch.whole(least=1)
    if found > most:
        branch.wrong(f"{found} is too much.", f"At most {most}.")
    return min(found, most)


def _file_of(branch: Branch) -> str:
    text = branch.text()
    if text and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*\.csv", text):
        branch.wrong(
            f'"{text}" is no name of a table.', "Write the name alone, as in sekolah.csv; it lies in the home."
        )
    return text


def _url_of(branch: Branch, private: tuple[str, ...]) -> str:
    text = branch.text()
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        host, _ = (parts.hostname or "").lower(), parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if not host or parts.username is not None or "{key}" in parts.netloc or text.count("{key}") != 1:
        branch.wrong(f'"{text}" is no address that can be asked.', "Write https://host/path/{key}.")
    elif parts.scheme != "https" and not (parts.scheme == "http" and host in private):
        branch.wrong("What is asked would go over the net in plain.", "Write https, or name the host under private.")
    return text


def shape_of(branch: Branch) -> RecordShape:
    """Read a record's schema, a closed subset of JSON Schema, adding what is wrong to the branch's problems."""
    keys = branch.keys(("$schema", "title", "description", "type", "required", "properties", "additionalProperties"),
                       required=("type", "properties"))  # fmt: skip
    if "type" in keys:
        keys["type"].one_of(("object",))
    return _object(keys)


def _object(keys: Mapping[str, Branch]) -> RecordShape:
    fields = {one.key: _value(one) for one in keys["properties"].entries()} if "properties" in keys else {}
    required = keys["required"].texts() if "required" in keys else ()
    for name in required:
        if name not in fields:
            keys["required"].wrong(
                f'"{name}" is required and not described.', f"Add it to properties: {name}: {{type: …}}."
            )
    return RecordShape("object", fields, frozenset(required))


def _value(branch: Branch) -> RecordShape:
    known = (
        "type",
        "format",
        "title",
        "description",
        "enum",
        "items",
        "properties",
        "required",
        "additionalProperties",
    )
    keys = branch.keys(known, required=("type",))
    kind = keys["type"].one_of(KINDS) if "type" in keys else "string"
    if kind == "object":
        return _object(keys)
    if kind == "array":
        if "items" not in keys:
            branch.wrong("It is not said of what this is a list.", "Add items: {type: string}.")
        return RecordShape("array", items=_value(keys["items"]) if "items" in keys else None)
    if kind == "string" and "format" in keys:
        kind = keys["format"].one_of(FORMATS)
    return RecordShape(kind, options=keys["enum"].texts() if "enum" in keys else ())


def type_of_shape(shape: RecordShape) -> "Type":
    """Answer a shape as the type by which paths are checked."""
    if shape.kind == "object":
        return {name: type_of_shape(one) for name, one in shape.fields.items()}
    if shape.kind == "array":
        return [type_of_shape(shape.items or RecordShape("string"))]
    return {"string": "text", "integer": "number"}.get(shape.kind, shape.kind)


def fit(shape: RecordShape, value: Any, place: str = "") -> Any:
    """Answer what a registry told with its types, and no more than the shape names; "" is nothing.

    :raises ValueError: for what the shape does not allow, by its place and never with the value.
    """
    if value is None or value == "":
        return None
    if shape.kind == "object":
        return _fit_object(shape, value, place)
    if shape.kind == "array":
        if not isinstance(value, list):
            raise _misfit(place)
        return [fit(shape.items or RecordShape("string"), one, f"{place}[{at}]") for at, one in enumerate(value)]
    try:
        return _fit_plain(shape, value)
    except (ValueError, InvalidOperation, TypeError, KeyError):
        raise _misfit(place) from None


def _misfit(place: str) -> ValueError:
    return ValueError(f"{place or 'the record'} is not what the schema says")


def _fit_object(shape: RecordShape, value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _misfit(place)
    found = {
        name: fit(one, value.get(name), f"{place}.{name}" if place else name) for name, one in shape.fields.items()
    }
    for name in sorted(shape.required):
        if found[name] is None:
            raise ValueError(f"{place}.{name} is missing" if place else f"{name} is missing")
    return found


def _fit_plain(shape: RecordShape, value: Any) -> Any:
    if shape.kind == "boolean":
        return value if isinstance(value, bool) else _BOOLEANS[value.strip().lower()]
    if shape.kind in ("number", "integer"):
        if isinstance(value, bool) or not isinstance(value, int | Decimal | str | float):
            raise ValueError
        number = Decimal(str(value).strip())
        if not number.is_finite() or (shape.kind == "integer" and number != number.to_integral_value()):
            raise ValueError
        return number
    if shape.kind == "date":
        return value if isinstance(value, date) else date.fromisoformat(value.strip())
    if shape.kind == "date-time":
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value.strip())
        if moment.tzinfo is None:
            raise ValueError
        return moment
    if not isinstance(value, str) or (shape.options and value not in shape.options):
        raise ValueError
    return value
