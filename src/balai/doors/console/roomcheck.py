"""Judges rooms as they stand: does `room.yaml` say all, and is what it says true? Run by `balai lint`, one process for all rooms.

Read against the loaded program: the room's tables, the topics it sends and hears, its texts. Every fault is told at once.
"""

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.apps import apps

from balai.base import room_sheet, rooms
from balai.engine.forms.branch import Branch
from balai.engine.manifest.yaml_tree import read_yaml
from balai.engine.problems import Problem

if TYPE_CHECKING:
    from django.db.models import Model

PERSONAL = re.compile(r"(^|_)(person|author|reader|applicant|officer|account|assignee|by|holder)(_id)?$")


def judge(room: rooms.Room) -> list[str]:
    """List what is wrong with a room, each fault with what to do."""
    told, faults = room.told, list[str]()
    if not re.fullmatch(r"[a-z][a-z0-9_]*", room.name):
        faults.append("its folder's name must be small letters, digits and _, as a Python package.")
    if not any(config.label == room.label and config.name == room.package for config in apps.get_app_configs()):
        faults.append(f"apps.py must hold one RoomConfig with name {room.package!r} and label {room.label!r}.")
        return [f"src/balai/rooms/{room.name}: {fault}" for fault in faults]
    for part in (_words, _roles, _topics, _holds, _operations, _marked, _doors):
        faults += part(room, told)
    return _misread(room) + [f"src/balai/rooms/{room.name}/room.yaml: {fault}" for fault in faults]


def _misread(room: rooms.Room) -> list[str]:
    """List what stands in the file that no room says, or not so: with its line, and a way out."""
    problems: list[Problem] = []
    place = f"src/balai/rooms/{room.name}/room.yaml"
    lines = read_yaml((room.folder / "room.yaml").read_bytes(), place, problems).lines
    room_sheet.read_room(Branch(room.told, (), place, lines, problems))
    return [str(one) for one in problems]


def _words(room: rooms.Room, told: Mapping[str, Any]) -> Iterator[str]:
    for file in ("texts/id.yaml", "texts/en.yaml"):
        if not (room.folder / file).is_file():
            yield f"{file} is not there; what people read is written in both languages."


def _roles(room: rooms.Room, told: Mapping[str, Any]) -> Iterator[str]:
    from balai.records.offices import roles

    for code in _mapping(told.get("roles")):
        if not re.fullmatch(r"[a-z][a-z0-9-]*", str(code)):
            yield f"role {code!r} needs a code in small letters."
        if code in roles.CORE:
            yield f"role {code!r} is one of every hall; use it without naming it here."


def _topics(room: rooms.Room, told: Mapping[str, Any]) -> Iterator[str]:
    from balai.base import outbox

    heard = {
        topic for topic, names in outbox.topics().items() if any(name.startswith(f"{room.package}.") for name in names)
    }
    sent = set(_constants(room).values())
    for key, true in (("hears", heard), ("sends", sent)):
        said = set(told.get(key) or ())
        if missing := true - said:
            yield f"{key} does not name {', '.join(sorted(missing))}."
        if strange := said - true:
            yield f"{key} names {', '.join(sorted(strange))}, which the room does not."


def _constants(room: rooms.Room) -> dict[str, str]:
    """Read the topics that the room's events.py names: a constant whose value has a dot."""
    file = room.folder / "events.py"
    text = file.read_text("utf-8") if file.is_file() else ""
    found = re.findall(r'^([A-Z_]+) = "([^"]+\.[^"]+)"', text, re.MULTILINE)
    return dict(found)


def _holds(room: rooms.Room, told: Mapping[str, Any]) -> Iterator[str]:
    said, tables = _mapping(told.get("holds")), {model.__name__: model for model in _models(room)}
    if missing := set(tables) - set(said):
        yield f"holds must say of every table what it holds about people; {', '.join(sorted(missing))} is not there."
    for name in sorted(set(said) - set(tables)):
        yield f"holds names {name}, which is no table of the room."
    for name, what in said.items():
        if name in tables:
            yield from (f"holds, {name}: {fault}" for fault in _holding(what, _people_in(tables[name])))
            yield from (f"holds, {name}: {fault}" for fault in _registered(what, f"{room.label}.{name}"))


def _holding(what: Any, people: list[str]) -> Iterator[str]:
    if what == "nobody":
        if people:
            yield f"says nobody, but {', '.join(people)} point to people."
        return


def _registered(what: Any, table: str) -> Iterator[str]:
    """Hold what is said of a table against what the room's holdings.py does with it."""
    from balai.base import holdings

    found = [one for one in holdings.holdings() if table in one.tables]
    if what == "nobody":
        return
    if not found:
        yield "holdings.py must register it, so that its person sees it and forgetting reaches it."
    if not isinstance(what, Mapping):
        return
    for one in found:
        if what.get("basis") not in [basis.letter for basis in one.bases]:
            yield f"holdings.py says another basis: {', '.join(basis.letter for basis in one.bases)}."
        if any(basis.confirmed != (what.get("status") == "confirmed") for basis in one.bases):
            yield "holdings.py says otherwise whether the basis is confirmed."
        if (what.get("forgotten") == "with-person") == one.stays:
            yield f"is forgotten {what.get('forgotten')}, but holdings.py {'keeps it' if one.stays else 'takes it away'}."


def _marked(room: rooms.Room, told: Mapping[str, Any]) -> Iterator[str]:
    from balai.base import marks

    tables = {model.__name__: model for model in _models(room)}
    for name, columns in _mapping(told.get("marked")).items():
        if name not in tables:
            yield f"marked names {name}, which is no table of the room."
            continue
        there = {field.attname for field in tables[name]._meta.concrete_fields}
        if strange := [str(column) for column in columns or () if column not in there]:
            yield f"marked, {name}: {', '.join(strange)} is no column; name them as in the database (`unit_id`)."
        if not isinstance(tables[name]._base_manager.all(), marks.MarkedRows):
            yield f"marked, {name}: its model needs `objects = marks.Marked()`, which marks what is written."


def _doors(room: rooms.Room, told: Mapping[str, Any]) -> Iterator[str]:
    """Hold the doors that a room opens against those that texts can name, and against its pages."""
    from balai.base.pages import links

    for name, page in _mapping(told.get("doors")).items():
        if rooms.is_open(room.name) and not links.leads(str(page)):
            yield f"doors: {name} stands at {page}, which is no page of the room's links.py."


def _operations(room: rooms.Room, told: Mapping[str, Any]) -> Iterator[str]:
    """Hold the operations a room offers to services against those its listeners do."""
    from balai.casework.cases import operations

    said, done = set(_mapping(told.get("operations"))), set(operations.done_by(room.package))
    if missing := done - said:
        yield f"operations does not tell the shape of {', '.join(sorted(missing))}: inputs and outputs, each with its type."
    if strange := said - done:
        yield f"operations tells of {', '.join(sorted(strange))}, which no listener of the room does."


def _models(room: rooms.Room) -> "list[type[Model]]":
    return list(apps.get_app_config(room.label).get_models())


def _people_in(model: "type[Model]") -> list[str]:
    """Name the columns of a table that point to people: a key to a person or account, or a name that says so."""
    found = []
    for field in model._meta.get_fields():
        related = getattr(field, "related_model", None)
        points = related is not None and getattr(related, "__name__", "") in ("Person", "Account")
        if not field.auto_created and (points or PERSONAL.search(field.name)):
            found.append(field.name)
    return found


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def main() -> int:
    """Judge every room there is; 1 when one has a fault."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "balai.project.settings")
    os.environ["BALAI_HOME"] = tempfile.mkdtemp(prefix="balai-lint-")
    import django
    from django.urls import get_resolver

    django.setup()
    assert get_resolver().url_patterns
    faults = [fault for room in rooms.list_rooms() for fault in judge(room)]
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(rooms.names())} room(s) judged, {len(faults)} fault(s).")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
