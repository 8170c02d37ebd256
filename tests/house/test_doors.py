"""Every address states who may enter, and means it."""

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls import path as address
from django.views.decorators.http import require_GET
from tests.house.source import SOURCE, name_of, tree

from balai.base.pages.guards import who_enters
from balai.doors.api.web import api
from balai.doors.console.demo import urls as demo_urls
from balai.records.entrance.officers import officer_page

OPEN_TO_ALL = {
    "list_services": "the catalogue is public",
    "show_service": "the catalogue is public",
    "check_letter": "anybody may check a letter; the holder is masked and the rate limited",
}


def patterns(found: Any, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Walk through all addresses: (path, pattern)."""
    for each in found:
        path = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns, path)
        else:
            yield path, each


ALL = list(patterns(get_resolver().url_patterns))


OURS = [(path, each) for path, each in ALL if each.callback.__module__.startswith("balai.")]
OFFICERS = {
    "officers",
    "officers and auditors",
    "auditors",
    "administrators",
    "archivists",
    "legal",
    "counter",
    "heads",
}


def of(module: str) -> list[tuple[str, URLPattern]]:
    return [(path, each) for path, each in OURS if each.callback.__module__.startswith(module)]


def silent(found: list[tuple[str, URLPattern]]) -> list[str]:
    """List the addresses of ours whose view says by no guard who may enter; the API says it operation by operation."""
    return [
        path
        for path, each in found
        if not who_enters(each.callback) and not each.callback.__module__.startswith("balai.doors.api")
    ]


def test_every_address_of_ours_says_who_may_enter() -> None:
    assert len(OURS) > 90
    assert silent(OURS) == []


def test_an_address_that_says_nothing_is_seen() -> None:
    def view(request: Any) -> None:
        """Answer nothing."""

    view.__module__ = "balai.rooms.trial.web"
    assert silent([("kamar/", address("kamar/", view))]) == ["kamar/"]
    assert silent([("kamar/", address("kamar/", require_GET(officer_page(view))))]) == []


def test_the_desk_lets_in_officers_alone() -> None:
    found = of("balai.doors.desk")
    assert len(found) > 30
    strangers = [path for path, each in found if who_enters(each.callback) not in OFFICERS]
    assert strangers == []


def test_whatever_lies_below_the_desks_address_lets_in_officers_alone() -> None:
    found = [(path, who_enters(each.callback)) for path, each in OURS if path.startswith("meja/")]
    # a room names the roles it lets in; the people who have no post are named by other words
    assert [path for path, who in found if who in ("", "all", "visitors", "accounts", "this machine")] == []


def test_the_administration_lets_in_administrators_alone() -> None:
    found = [(path, each) for path, each in OURS if path.startswith("meja/kelola/")]
    assert len(found) > 10
    assert [path for path, each in found if who_enters(each.callback) != "administrators"] == []


def test_the_demonstration_answers_this_machine_alone() -> None:
    found = list(patterns(demo_urls.urlpatterns))
    assert found
    assert {who_enters(each.callback) for _, each in found} == {"this machine"}


def test_the_demonstration_is_not_mounted_in_a_real_hall() -> None:
    assert [path for path, _ in ALL if path.startswith("demo/")] == []


@pytest.mark.django_db
def test_each_operation_of_the_api_asks_for_a_token_or_is_listed_as_open() -> None:
    open_, client = set(), Client()
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, one in methods.items():
            answer = client.generic(method.upper(), path.format_map(Anything()), "{}", "application/json")
            if answer.status_code != 401:
                open_.add(one["operationId"].rsplit("web_", 1)[-1])
    assert open_ == set(OPEN_TO_ALL)


class Anything(dict[str, str]):
    """Fills an address with whatever it asks for."""

    def __missing__(self, key: str) -> str:
        return "11111111-1111-4111-8111-111111111111"


@pytest.mark.parametrize("file", [name_of(path) for path in sorted(SOURCE.rglob("urls.py"))])
def test_each_list_of_addresses_says_who_may_enter(file: str) -> None:
    words = (ast.get_docstring(tree(SOURCE / file)) or "").lower()
    assert any(word in words for word in ("open", "need", "token", "bring", "alone", "first set-up")), file


def test_every_view_belongs_to_a_door_that_is_known() -> None:
    # Some views of allauth and ninja are made by functools and django; their addresses say whose they are.
    known = ("balai.", "allauth.", "ninja.")
    strange = [path for path, each in ALL if not each.callback.__module__.startswith(known)]
    assert [path for path in strange if not path.startswith(("api/", "akun/"))] == []


def test_nothing_that_changes_answers_a_mere_visit() -> None:
    """A view that makes a command reads only what was posted: it is behind require_POST, or asks for the method."""
    careless = []
    for path, each in ALL:
        if not each.callback.__module__.startswith("balai.") or each.callback.__module__.startswith("balai.doors.api"):
            continue
        view = inspect.unwrap(each.callback)
        text = inspect.getsource(view)
        posts = "command_id(request)" in text or "request.POST" in text
        guarded = "require_POST" in text or "request.method" in text or "require_http_methods" in text
        if posts and not guarded:
            careless.append(path)
    assert careless == []


def test_urls_modules_exist_for_each_door() -> None:
    for door in ("portal", "desk", "api"):
        assert Path(str(import_module(f"balai.doors.{door}.urls").__file__)).is_file()
