"""Where files stand in answers: at `photo`, at `photos.0`, at `partners.1.card` or at `partners.1.photos.0`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from balai.engine.forms.form import Field, Form

_NUMBER = re.compile(r"[0-9]{1,4}\Z")


@dataclass(frozen=True, slots=True)
class FilePlace:
    """One file that answers name: its path, the field that asks for it, and what is kept of it."""

    path: str
    field: Field
    held: Mapping[str, Any]


def list_files(form: Form, answers: Mapping[str, Any]) -> Iterator[FilePlace]:
    """List every file that answers name, in the order of the form; what is no file is left out."""
    for name, one in form.fields.items():
        value = answers.get(name)
        if one.kind == "group" and isinstance(value, list):
            for number, row in enumerate(value):
                if isinstance(row, Mapping):
                    for inner in one.fields.values():
                        yield from _files_at(inner, f"{name}.{number}.{inner.name}", row.get(inner.name))
        else:
            yield from _files_at(one, name, value)


def _files_at(one: Field, path: str, value: object) -> Iterator[FilePlace]:
    if one.kind == "file" and isinstance(value, Mapping):
        yield FilePlace(path, one, value)
    if one.kind == "files":
        for number, held in enumerate(files_of(value)):
            if isinstance(held, Mapping):
                yield FilePlace(f"{path}.{number}", one, held)


def only_files(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answer of some answers what a browser does not send again: the files, those of rows in rows that hold nothing else."""
    found: dict[str, Any] = {}
    for name, one in form.fields.items():
        value = answers.get(name)
        if one.holds_files and value:
            found[name] = value
        elif any(inner.holds_files for inner in one.fields.values()) and isinstance(value, list):
            kept = {inner.name for inner in one.fields.values() if inner.holds_files}
            found[name] = [{key: row[key] for key in kept if key in row} for row in value if isinstance(row, Mapping)]
    return found


def files_of(value: object) -> Sequence[Any]:
    """Answer the files of a field that takes several, whether none, one or some were given."""
    if isinstance(value, list | tuple):
        return value
    return [value] if value else []


def put_file(form: Form, answers: dict[str, Any], name: str, held: Mapping[str, Any]) -> bool:
    """Put a file where its control's name says: `photo`, or `partners-0-card` in a row that is there.

    A field that takes several gets one more. Tell whether there was such a place.
    """
    one = form.find(name.replace("-", "."))
    if one is None or not one.holds_files:
        return False
    first, _, rest = name.partition("-")
    if not rest:
        answers[first] = _with(one, answers.get(first), held)
        return True
    number, _, inner = rest.partition("-")
    rows = answers.get(first)
    if not _NUMBER.match(number) or not isinstance(rows, list) or int(number) >= len(rows) or inner != one.name:
        return False
    row = rows[int(number)]
    rows[int(number)] = {**row, inner: _with(one, row.get(inner), held)}
    return True


def _with(one: Field, before: object, held: Mapping[str, Any]) -> object:
    if one.kind == "file":
        return dict(held)
    kept = [each for each in files_of(before) if not _is_same(each, held)]
    return [*kept, dict(held)]


def _is_same(one: object, other: Mapping[str, Any]) -> bool:
    """Tell whether two are one document: what is sent again stands there once."""
    return isinstance(one, Mapping) and one.get("document") == other.get("document")
