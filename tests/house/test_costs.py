"""Every page has a fixed cost: an address that answers a visit with a page stands in one of the tables of counts."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path
from django.views.decorators.http import require_GET, require_POST
from tests.costs import count, name_of
from tests.house.source import SOURCE

PAGES_OF_NO_DOOR = {"/_gallery": 0, "/design": 0, "/pemasangan/{token}/": 1}
NO_PAGE = {
    "desk:message": "only where a case waits for news; counted there (cases/tests/test_messages_in.py)",
    "pages:asset": "a file of the program; touches no table",
    "outages:status": "a file that the worker wrote; counted where it is made",
    "outages:status-file": "the same",
    "pages:manifest": "a file of the program; touches no table",
    "pages:worker": "the same",
    "pages:language": "keeps the choice and leads back",
    "pages:log-checkpoint": "a file of the log; touches no table",
    "pages:log-witnessed": "the same",
    "pages:log-keys": "the same",
    "pages:log-tile": "the same",
    "pages:live": "a probe's; asks nobody",
    "pages:ready": "a probe's; asks for tables and keys",
    "portal:draft": "leads to the page where the applicant left off",
    "portal:resume-link": "leads to the application",
    "portal:track-link": "leads to the case",
}
STRANGE = ("allauth", "ninja", "django", "functools")  # whose pages are counted by nobody


def find_tables() -> list[ModuleType]:
    """Load each door's and room's own table of counts, and that of the hall's own pages."""
    places = ("doors/*", "rooms/*", "records/hallpages")
    found = sorted(path for place in places for path in SOURCE.glob(f"{place}/tests/test_costs.py"))
    return [import_module(".".join(("balai", *path.relative_to(SOURCE).with_suffix("").parts))) for path in found]


TABLES = find_tables()


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "cost"), PAGES_OF_NO_DOOR.items())
def test_a_page_of_no_door_costs_what_it_says(settings: Any, address: str, cost: int) -> None:
    settings.BALAI_DEMO = True  # the gallery is shown in a demonstration alone
    assert count(Client(), address.format(token="sandi")) == cost


def addresses(found: Any, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Walk through our own addresses: (name with its door, pattern)."""
    for each in found:
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, str(each.namespace or space))
        elif space and each.callback.__module__.split(".")[0] not in STRANGE and not space.startswith("api"):
            yield f"{space}:{each.name}", each


def answers_a_visit(view: Any) -> bool:
    """Tell whether a view may be visited: it names no methods that it takes, or GET among them."""
    while view is not None:
        inner = inspect.getclosurevars(view).nonlocals
        if "request_method_list" in inner:
            return "GET" in inner["request_method_list"]
        view = getattr(view, "__wrapped__", None)
    return True


def tables(module: ModuleType) -> dict[str, Mapping[str, int]]:
    """Give a module's tables of counts, by name."""
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, dict) and value and all(isinstance(key, str) and key.startswith("/") for key in value)
    }


def walked(module: ModuleType) -> set[str]:
    """Name what the tests of a module are told to walk through: `X` of each `@parametrize(…, X.items())`."""
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Call)]
    told = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "parametrize"]
    return {part.id for call in told for part in ast.walk(call) if isinstance(part, ast.Name)}


def counted() -> set[str]:
    """Name every address that has a count."""
    found = [table for module in TABLES for table in tables(module).values()]
    return {name_of(address) for table in [*found, PAGES_OF_NO_DOOR] for address in table}


def uncounted(urls: Any) -> set[str]:
    """Name the addresses that answer a visit and have no count."""
    return {name for name, each in addresses(urls) if answers_a_visit(each.callback)} - counted() - set(NO_PAGE)


def test_every_page_has_a_count() -> None:
    assert len(counted()) > 60
    assert uncounted(get_resolver().url_patterns) == set(), "add it to a table of counts"


def test_the_list_of_what_is_no_page_is_true() -> None:
    visited = {name for name, each in addresses(get_resolver().url_patterns) if answers_a_visit(each.callback)}
    assert set(NO_PAGE) - visited == set()
    assert set(NO_PAGE) & counted() == set()


@pytest.mark.parametrize("module", TABLES, ids=lambda module: module.__name__.split(".")[-3])
def test_every_table_is_walked_through_by_a_test(module: ModuleType) -> None:
    assert set(tables(module)) - walked(module) == set()


def test_a_page_without_a_count_is_seen() -> None:
    def view(request: Any) -> None:
        """Answer nothing."""

    new = [
        path("a/", view, name="a"),
        path("b/", require_GET(view), name="b"),
        path("c/", require_POST(view), name="c"),
    ]
    (resolver,) = [each for each in get_resolver().url_patterns if getattr(each, "namespace", "") == "desk"]
    assert isinstance(resolver, URLResolver)
    spoiled = URLResolver(resolver.pattern, new, app_name="desk", namespace="desk")
    assert uncounted([spoiled]) == {"desk:a", "desk:b"}
