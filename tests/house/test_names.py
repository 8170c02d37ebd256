"""One name is one thing: no two classes are called alike, so that an import list says what is meant."""

import ast
from collections import defaultdict

from tests.house.source import SOURCE, modules, name_of, tree

# Two of a name, each for a reason of its own: a table keeps the name it was installed with, and what a row says has its row's.
ALIKE = {
    "Deed": "the command being carried out, and its row",
    "Finding": "what whoever looked found out of order: the doctor, the judge of readings, an audit; two are tables",
    "Message": "what is owed to a listener as a row and as the listener sees it; BPMN's message; what people write to each other, a table",
    "Note": "a line that somebody added to a case, and to an incident: tables",
    "Pause": "a stretch in which a clock, or a service, stands still: tables",
    "Token": "BPMN's mark on a node; the key of a machine, a table",
}  # fmt: skip
OF_A_ROOM = {"Note": "rooms/incidents"}  # without that room's folder it stands alone
EVERYWHERE = {"Migration"}  # Django names it so


def classes(found: list[tuple[str, ast.Module]]) -> dict[str, list[str]]:
    """List the modules that define a class, by its name; what stands inside another, or is for its module alone, is read there."""
    named = defaultdict(list)
    for where, module in found:
        for node in module.body:
            if isinstance(node, ast.ClassDef) and node.name not in EVERYWHERE and not node.name.startswith("_"):
                named[node.name].append(where)
    return named


def test_no_two_classes_are_called_alike() -> None:
    named = classes([(name_of(path), tree(path)) for path in modules()])
    assert len(named) > 400
    assert {name: where for name, where in named.items() if len(where) > 1 and name not in ALIKE} == {}
    gone = {name for name, room in OF_A_ROOM.items() if not (SOURCE / room).is_dir()}
    assert [name for name in ALIKE if len(named[name]) < 2 and name not in gone] == [], (
        "take off the list what is alone by now"
    )


def test_two_of_a_name_are_seen() -> None:
    one, other = ast.parse("class Plan:\n    class Kind: ..."), ast.parse("class Plan: ...\nclass Kind: ...")
    assert classes([("a.py", one), ("b.py", other)]) == {"Plan": ["a.py", "b.py"], "Kind": ["b.py"]}


def test_no_two_files_of_the_engine_are_called_alike() -> None:
    """Its parts are read beside each other, unlike apps, of which each has the same files on purpose."""
    stems = [path.stem for path in modules("engine") if path.stem != "__init__"]
    assert sorted(stems) == sorted(set(stems))
    assert not {"read", "reading", "model", "values", "graph"} & set(stems), "say of what"
