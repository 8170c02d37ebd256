"""The floors hold, and each contract that guards them fails when it is broken on purpose."""

import ast
from copy import deepcopy
from pathlib import Path
from typing import Any

import grimp
import pytest
from django.apps import apps
from importlinter import configuration
from importlinter.application.use_cases import _build_report, _register_contract_types, read_user_options
from tests.house.source import APPS, FLOORS, ROOT, SOURCE, dotted, modules, name_of, nodes

# One breach for each contract: an import that must not be, or a module on no floor.
BREACHES = {
    "Floors: imports go down only, and a room knows no door, nor a door a room": ("balai.base.journal", "balai.doors.desk.web"),
    "Casework: catalogue, then cases, then what hears them": ("balai.casework.catalogue.queries", "balai.casework.cases.queries"),
    "Records: documents, registries and the entrance stand on filing, offices and people": ("balai.records.offices.queries", "balai.records.filing.queries"),
    "The engine is pure: no Django, no input or output": ("balai.engine.forms.form", "django"),
    "The engine: rules under forms and process, manifest above all": ("balai.engine.rules.parser", "balai.engine.process.bpmn_model"),
    "Inside an app: urls, web and jobs above actions, queries, policy, models, rules": (
        "balai.casework.cases.models",
        "balai.casework.cases.actions.moves",
    ),
}  # fmt: skip
STRAYS = {
    "Floors: imports go down only, and a room knows no door, nor a door a room": "balai.attic",
    "Casework: catalogue, then cases, then what hears them": "balai.casework.attic",
}
# What an app shows to strangers: its deeds, reads, facts, permissions and pure rules, and the ports it offers.
FRONT = {
    "actions", "queries", "history", "events", "policy", "rules", "errors", "operations", "jobs",
    "folders", "packing", "kinds", "disk", "judging", "differences", "schemas", "flow", "drafts", "identity", "tokens", "posters", "reports", "bundles", "proving", "offline", "authority",
    "signing", "adapters", "carriers", "areas", "places", "sequences", "bags",
    "roles", "officers", "visitors", "names", "passes", "posting", "sending", "machines",
}  # fmt: skip
# Rows of another app may be named as types; only these also ask its tables, each for the reason given.
OVER_TABLES = {
    "casework/issuing/queries/__init__.py": "finds numbers whose task ended without a signature",
    "doors/console/bench/lifecycles.py": "measures", "doors/console/bench/service.py": "measures",
    "doors/console/bench/volume.py": "measures", "doors/console/bench/verifying.py": "measures", "doors/console/demo/cast.py": "seeds", "doors/console/demo/seed.py": "seeds",
    "doors/console/demo/residents.py": "seeds",
    "doors/console/demo/web.py": "enters as one of the cast",
    "doors/console/preview/hall.py": "seeds",
}  # fmt: skip


@pytest.fixture(scope="module")
def options() -> Any:
    """Read the contracts as `lint-imports` does."""
    configuration.configure()
    _register_contract_types(read_user_options(str(ROOT / ".importlinter")))
    return read_user_options(str(ROOT / ".importlinter"))


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Build the graph of all imports once."""
    return grimp.build_graph("balai", include_external_packages=True, cache_dir=None)


def broken(graph: grimp.ImportGraph, options: Any) -> set[str]:
    """Name the contracts that a graph breaks."""
    report = _build_report(graph, 0, options, (), False, False)
    assert not report.could_not_run, report.invalid_contract_options
    return {contract.name for contract, check in report.get_contracts_and_checks() if not check.kept}


def test_every_contract_holds(graph: grimp.ImportGraph, options: Any) -> None:
    assert broken(graph, options) == set()


def test_every_contract_has_a_breach_to_prove_it_by(options: Any) -> None:
    assert {contract["name"] for contract in options.contracts_options} == set(BREACHES) | set(TRIALS)


# What a room must not do; with no room there, the tests make two.
TRIALS = {
    "Floors: imports go down only, and a room knows no door, nor a door a room": [
        ("balai.rooms.trial.web", "balai.doors.desk.words"), ("balai.doors.desk.words", "balai.rooms.trial.queries"),
        ("balai.casework.cases.queries", "balai.rooms.trial.queries"),
    ],
    "Rooms: none knows another": [("balai.rooms.trial.queries", "balai.rooms.other.queries")],
    "Inside a room: the same, and nothing else": [("balai.rooms.trial.models", "balai.rooms.trial.actions")],
}  # fmt: skip
PARTS = ("apps", "web", "actions", "queries", "models")


def with_rooms(graph: grimp.ImportGraph, *more: str) -> grimp.ImportGraph:
    """Give a copy of the graph with two rooms in it that do nothing wrong."""
    made = deepcopy(graph)
    for room in ("balai.rooms.trial", "balai.rooms.other"):
        for module in (room, *(f"{room}.{part}" for part in PARTS)):
            made.add_module(module)
    for module in more:
        made.add_module(module)
    return made


def test_two_rooms_that_do_nothing_wrong_break_nothing(graph: grimp.ImportGraph, options: Any) -> None:
    assert broken(with_rooms(graph), options) == set()


@pytest.mark.parametrize(("name", "breach"), [(name, breach) for name, found in TRIALS.items() for breach in found])
def test_a_contract_fails_when_a_room_breaks_it(
    graph: grimp.ImportGraph, options: Any, name: str, breach: tuple[str, str]
) -> None:
    spoiled = with_rooms(graph)
    spoiled.add_import(importer=breach[0], imported=breach[1])
    assert name in broken(spoiled, options)


def test_a_file_that_no_room_has_is_found(graph: grimp.ImportGraph, options: Any) -> None:
    assert broken(with_rooms(graph, "balai.rooms.trial.utils"), options) == {
        "Inside a room: the same, and nothing else"
    }


@pytest.mark.parametrize("name", BREACHES)
def test_a_contract_fails_when_it_is_broken(graph: grimp.ImportGraph, options: Any, name: str) -> None:
    spoiled = deepcopy(graph)
    importer, imported = BREACHES[name]
    spoiled.add_import(importer=importer, imported=imported)
    assert name in broken(spoiled, options)


@pytest.mark.parametrize("name", STRAYS)
def test_a_module_on_no_floor_is_found(graph: grimp.ImportGraph, options: Any, name: str) -> None:
    spoiled = deepcopy(graph)
    spoiled.add_module(STRAYS[name])
    assert name in broken(spoiled, options)


def leaning(graph: grimp.ImportGraph) -> list[str]:
    """List the apps whose queries and policy import each other: permission may stand on reads, or reads on it, not both."""
    return [
        app for app in apps_of(graph)
        if {f"{app}.queries", f"{app}.policy"} <= graph.modules
        and graph.direct_import_exists(importer=f"{app}.queries", imported=f"{app}.policy", as_packages=True)
        and graph.direct_import_exists(importer=f"{app}.policy", imported=f"{app}.queries", as_packages=True)
    ]  # fmt: skip


def test_queries_and_policy_lean_one_way(graph: grimp.ImportGraph) -> None:
    assert leaning(graph) == []
    spoiled = deepcopy(graph)
    spoiled.add_import(importer="balai.records.people.queries", imported="balai.records.people.policy")
    assert leaning(spoiled) == ["balai.records.people"]


def test_a_policy_that_writes_is_seen(graph: grimp.ImportGraph, options: Any) -> None:
    spoiled = deepcopy(graph)
    spoiled.add_import(importer="balai.casework.cases.policy", imported="balai.casework.cases.actions.moves")
    assert "Inside an app: urls, web and jobs above actions, queries, policy, models, rules" in broken(spoiled, options)


def apps_of(graph: grimp.ImportGraph) -> list[str]:
    """List the apps of records, casework and rooms."""
    return sorted(
        module for module in graph.modules
        if module.count(".") == 2 and f"{module}.apps" in graph.modules and module.split(".")[1] in FLOORS[2:5]
    )  # fmt: skip


def test_the_apps_are_those_that_have_folders(graph: grimp.ImportGraph) -> None:
    assert FLOORS[2:5] == ("records", "casework", "rooms")
    assert apps_of(graph) == [".".join(("balai", *path.relative_to(SOURCE).parts)) for path in APPS]


def strangers(graph: grimp.ImportGraph) -> list[tuple[str, str]]:
    """List the imports by which one app reaches past the front of another."""
    found = []
    for app in apps_of(graph):
        for module in graph.find_descendants(app):
            part = module.removeprefix(f"{app}.").split(".")[0]
            for importer in graph.find_modules_that_directly_import(module):
                outside = not importer.startswith(f"{app}.") and not importer.startswith("balai.project")
                if outside and part not in FRONT | {"models"} and ".tests" not in importer:
                    found.append((importer, module))
    return found


def test_strangers_enter_an_app_by_its_front(graph: grimp.ImportGraph) -> None:
    assert strangers(graph) == []


def test_a_stranger_at_the_back_door_is_seen(graph: grimp.ImportGraph) -> None:
    spoiled = deepcopy(graph)
    breach = ("balai.doors.portal.limits", "balai.casework.cases.jobs_of_its_own")
    spoiled.add_module(breach[1])
    spoiled.add_import(importer=breach[0], imported=breach[1])
    assert breach in strangers(spoiled)


def asks_strange_tables(path: Path) -> bool:
    """Tell whether a module queries models of an app that is not its own."""
    own = ".".join(("balai", *name_of(path).split("/")[:2]))
    strange = {
        alias.asname or alias.name
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.endswith(".models")
        if node.module.startswith(("balai.records", "balai.casework", "balai.rooms"))
        and not node.module.startswith(f"{own}.")
        for alias in node.names
    }
    chains = {dotted(node) for node in nodes(path) if isinstance(node, ast.Attribute) and node.attr == "objects"}
    return bool({f"{name}.objects" for name in strange} & chains)


def test_an_app_asks_its_own_tables() -> None:
    assert {name_of(path) for path in modules() if asks_strange_tables(path)} == set(OVER_TABLES)


def floor_of(model: Any) -> int:
    """Number the floor of a model's app; what is Django's lies under the ground."""
    parts = model.__module__.split(".")
    return FLOORS.index(parts[1]) if parts[0] == "balai" else -1


def test_foreign_keys_point_down() -> None:
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        if model.__module__.startswith("balai.")  # allauth's tables point to the account, wherever it lives
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model is not None
        if floor_of(field.related_model) > floor_of(model)
    ]
    assert upward == []
