"""The JSON Schemas that editors read are true both ways: they take what the readers take, and refuse the keys that those refuse."""

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from tests.house.source import ROOT
from tools import reference

from balai.base import room_sheet, rooms
from balai.engine.forms.branch import Branch
from balai.engine.manifest import scaffold
from balai.engine.manifest.shapes import SERVICE_SHAPES, TOWN_SHAPES
from balai.engine.manifest.tests.grown_folder import grow, list_blocks
from balai.engine.manifest.yaml_tree import read_yaml
from balai.engine.problems import Problem
from balai.records.folders import disk, kinds, schemas

TEMPLATE = ROOT / "src/balai/engine/manifest/template"
STRANGE = "zzz_strange"


Sort = tuple[str, str]  # of a file: of which kind of folder, which files of it


def files_of_kinds() -> Iterator[tuple[Sort, str, bytes]]:
    """List every file in the project that a schema is for: of each kind's folders, of the town, of what new-service writes.

    The schemas themselves are asked by the tests: whoever only reads this file, to choose tests of it, would wait for them.
    """
    for kind in kinds.list_kinds():
        folders = {folder.as_posix(): disk.read_files(folder) for folder in kind.list_folders(kind.where(ROOT))}
        if kind.name == "service":
            names = {"id_": "layanan-baru", "title": "Layanan baru", "title_en": "New", "short": "LB"}
            folders["template"] = scaffold.fill_template(disk.read_files(TEMPLATE), **names)
        for name, files in folders.items():
            for pattern in kind.shapes:
                yield from (
                    ((kind.name, pattern), f"{name}/{path}", files[path])
                    for path in files
                    if fnmatchcase(path, pattern)
                )
    town = disk.read_town_files(ROOT / "town")
    town |= grow(
        list_blocks((ROOT / "docs/handbook/service-author.md").read_text("utf-8"), "Ask a registry of others")
    )[1]
    for pattern in TOWN_SHAPES:
        yield from ((("town", pattern), f"town/{path}", town[path]) for path in town if fnmatchcase(path, pattern))
    for room in rooms.list_rooms():
        yield ("room", "room.yaml"), f"{room.folder}/room.yaml", (room.folder / "room.yaml").read_bytes()


@cache
def schema_of(sort: Sort) -> Mapping[str, Any]:
    """Give the schema of a sort of file."""
    kind = [each for each in kinds.list_kinds() if each.name == sort[0]]
    town = [schemas.schemas_of_town(), schemas.schemas_of_rooms()]
    made = (each for some in ([schemas.schemas_of(one) for one in kind] or town) for each in some)
    return next(each.schema for each in made if each[:2] == sort)


FILES = list(files_of_kinds())
READERS: Mapping[tuple[str, str], Callable[[Branch], object]] = {
    (name, pattern): shape
    for name, shapes in (
        *((kind.name, kind.shapes) for kind in kinds.list_kinds()),
        ("town", TOWN_SHAPES),
        ("room", {"room.yaml": room_sheet.read_room}),
    )
    for pattern, shape in shapes.items()
    if callable(shape)
}


def plain(value: Any) -> Any:
    """Give a value as JSON has it."""
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return float(value) if isinstance(value, Decimal) else value


def tree(content: bytes) -> Any:
    problems: list[Problem] = []
    value = read_yaml(content, "file", problems).value
    assert problems == []
    return value


def faults(reader: Callable[[Branch], object], value: Any) -> list[Problem]:
    problems: list[Problem] = []
    reader(Branch(value, (), "file", {}, problems))
    return problems


def mappings(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """List the paths of every mapping in a value."""
    if isinstance(value, Mapping):
        yield path
    for key, below in (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from mappings(below, (*path, key))


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """List the paths of everything in a value but itself."""
    for key, below in (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield (*path, key)
        yield from leaves(below, (*path, key))


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


@pytest.mark.parametrize(
    ("sort", "path", "content"), FILES, ids=[path.removeprefix(f"{ROOT}/") for _, path, _ in FILES]
)
def test_every_file_in_the_project_is_what_its_schema_says(sort: Sort, path: str, content: bytes) -> None:
    found = [
        f"{list(each.instance_path)}: {each.message}"
        for each in jsonschema_rs.iter_errors(schema_of(sort), plain(tree(content)))
    ]
    assert found == []


def test_there_is_a_schema_for_every_sort_of_yaml_file_and_it_is_written_down() -> None:
    reference.load()
    without = [
        f"{folder.name}/{path}" for kind in kinds.list_kinds() for folder in kind.list_folders(kind.where(ROOT))
        for path in disk.read_files(folder)
        if path.endswith(".yaml") and not any(fnmatchcase(path, pattern) for pattern in kind.shapes)
    ]  # fmt: skip
    assert without == []
    assert {pattern for (_, pattern), _, _ in FILES} >= {*SERVICE_SHAPES, *TOWN_SHAPES}
    for place, text in reference.schema_files().items():
        assert place.read_text("utf-8") == text, "run tools/reference.py"
    assert reference.strange_schemas() == []


READ = [each for each in FILES if each[0] in READERS]


@pytest.mark.parametrize(("sort", "path", "content"), READ, ids=[path.removeprefix(f"{ROOT}/") for _, path, _ in READ])
def test_a_strange_key_is_refused_by_both_or_by_neither(sort: Sort, path: str, content: bytes) -> None:
    reader, whole, judge = READERS[sort], tree(content), jsonschema_rs.validator_for(schema_of(sort))
    refused = 0
    for place in mappings(whole):
        if not at(whole, place):
            continue  # nothing there shows what else might be
        spoiled = deepcopy(whole)
        at(spoiled, place)[STRANGE] = deepcopy(next(iter(at(whole, place).values()), "x"))
        by_reader = any(one.message == f'Unknown key "{STRANGE}".' for one in faults(reader, spoiled))
        assert by_reader != judge.is_valid(plain(spoiled)), place
        refused += by_reader
    assert refused, "it knows its keys nowhere"


# Each value of a file is spoilt in five ways, which takes seconds: one service stands for all.
ONE_OF_EACH = [each for each in READ if each[0][0] != "service" or "/izin-usaha-mikro/" in each[1]]


@pytest.mark.parametrize(
    ("sort", "path", "content"), ONE_OF_EACH, ids=[path.removeprefix(f"{ROOT}/") for _, path, _ in ONE_OF_EACH]
)
def test_what_the_schema_refuses_the_reader_refuses_too(sort: Sort, path: str, content: bytes) -> None:
    """A schema must not stop an author from writing what Balai takes."""
    reader, whole, judge = READERS[sort], tree(content), jsonschema_rs.validator_for(schema_of(sort))
    before, refused = len(faults(reader, whole)), 0
    for place in leaves(whole):
        for other in (["x"], {"x": "y"}, 7, True, "zzz"):
            spoiled = deepcopy(whole)
            at(spoiled, place[:-1])[place[-1]] = other
            if not judge.is_valid(plain(spoiled)):
                refused += 1
                assert len(faults(reader, spoiled)) > before, (place, other)
    assert refused > 5, "it refuses hardly anything"


def test_every_key_that_a_reader_knows_is_in_its_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[tuple[tuple[str | int, ...], tuple[str, ...]]] = set()
    known = Branch.keys

    def keys(self: Branch, names: Any, **more: Any) -> Any:
        asked.add((self.path, tuple(names)))
        return known(self, names, **more)

    monkeypatch.setattr(Branch, "keys", keys)
    total = 0
    for sort, path, content in READ:
        asked.clear()
        faults(READERS[sort], tree(content))
        for place, names in asked:
            total += len(names)
            missing = set(names) - set(known_at(schema_of(sort), place))
            assert missing == set(), (path, place)
    assert total > 1000


def known_at(schema: Mapping[str, Any], place: tuple[str | int, ...]) -> Iterator[str]:
    """List the keys that a schema knows at a place."""
    for way in schema.get("anyOf", [schema]):
        if not place:
            yield from way.get("properties", {})
            continue
        below = (
            way.get("items")
            if isinstance(place[0], int)
            else way.get("properties", {}).get(place[0], way.get("additionalProperties"))
        )
        if isinstance(below, Mapping):
            yield from known_at(below, place[1:])


def test_a_text_that_nobody_reads_is_refused_by_both() -> None:
    kind = kinds.get_kind("service")
    folder = ROOT / "services/surat-keterangan-usaha"
    files, town = disk.read_files(folder), disk.read_town(ROOT / "town")
    judge = jsonschema_rs.validator_for(schema_of(("service", "texts/*.yaml")))
    for line, nested in (("zzz: x\n", ()), ("  zzz: x\n", ("standard",))):
        text = files["texts/en.yaml"].decode()
        spoiled = text + line if not nested else re.sub(r"(?m)^standard:\n", f"standard:\n{line}", text)
        assert spoiled != text
        assert not judge.is_valid(plain(tree(spoiled.encode())))
        with pytest.raises(ValueError, match="Nobody would ever read this text"):
            kind.read({**files, "texts/en.yaml": spoiled.encode()}, "services/surat-keterangan-usaha", town, False)


def test_a_reader_that_changed_changes_its_schema() -> None:
    """The schema is asked of the reader: a key more there is a key more here, also beside another one alone."""

    def reader(root: Branch) -> object:
        keys = root.keys(("a", "b", "kind"), required=("a",))
        first = keys.get("a") or keys.get("b")
        if "kind" in keys and keys["kind"].one_of(("plain", "deep")) == "deep":
            deep = root.keys(("a", "b", "kind", "more"), required=("a", "more"))
            return deep["more"].whole(least=3) if "more" in deep else None
        return first.texts() if first and isinstance(first.value, list) else first and first.text()

    from balai.engine.folders.schema_probe import ask

    made = ask(reader).schema()
    assert set(made["properties"]) == {"a", "b", "kind", "more"}
    assert made["required"] == ["a"]
    assert made["properties"]["more"] == {"type": "integer", "minimum": 3}
    assert made["properties"]["a"] == made["properties"]["b"]
    assert [way["type"] for way in made["properties"]["a"]["anyOf"]] == ["string", "array"]


def test_each_room_points_editors_at_the_schema_of_what_it_says() -> None:
    template = ROOT / "src/balai/doors/console/room_template/room.yaml.txt"
    for path in (template, *(room.folder / "room.yaml" for room in rooms.list_rooms())):
        first = path.read_text("utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=../../../../docs/reference/schemas/room.json", path


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ("holds: {Entry: everybody}", 'room.yaml:2 [holds.Entry]: "everybody" is not known here.'),
        ("holds: {Entry: {what: {id: a, en: b}, basis: z, status: unconfirmed, forgotten: stays}}", '"z" is not known here. Known here: a, b'),
        ("archive: {class: '1'}", 'The key "keep" is missing. Add keep: …'),
        ("colour: red", 'Unknown key "colour".'),
        ("doors: {complain: board.line}", 'Did you mean "complaint"?'),
    ],
)  # fmt: skip
def test_what_a_room_writes_wrongly_is_told_with_its_line_and_a_way_out(told: str, fault: str) -> None:
    problems: list[Problem] = []
    room_sheet.read_room(read_yaml(f"title: {{id: a, en: b}}\n{told}\n".encode(), "room.yaml", problems))
    assert any(fault in str(one) for one in problems), [str(one) for one in problems]


def test_what_came_up_in_two_places_is_not_asked_in_every_combination() -> None:
    """Twelve groups that each have a further key in one of their ways was read 1,599 times, and a form 16,500 times."""
    asked = 0

    def reader(root: Branch) -> None:
        nonlocal asked
        asked += 1
        if "all" not in (top := root.keys(("all", "kind"))) or "kind" not in top or top["kind"].one_of("ab") == "a":
            return
        for group in top["all"].keys([f"g{n}" for n in range(12)]).values():
            group.keys(("how", "more"))["how"].one_of(("plain", "deep"))

    from balai.engine.folders.schema_probe import ask

    made = ask(reader).schema()
    assert set(made["properties"]["all"]["properties"]["g7"]["properties"]) == {"how", "more"}
    assert asked < 200
