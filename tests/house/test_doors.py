"""Every address states who may enter, and means it."""

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from tests.house.source import SOURCE, name_of, tree

from balai.doors.api.web import api
from balai.doors.console.demo import urls as demo_urls

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


def guards(view: Any) -> set[str]:
    """Name the guards a view is wrapped in: the functions whose inner function each layer is."""
    found = set()
    while view is not None:
        code = getattr(view, "__code__", None)
        found.add(code.co_qualname.split(".")[0] if code is not None and hasattr(code, "co_qualname") else "")
        view = getattr(view, "__wrapped__", None)
    return found


def of(module: str) -> list[tuple[str, URLPattern]]:
    return [(path, each) for path, each in ALL if each.callback.__module__.startswith(module)]


def test_the_desk_lets_in_officers_alone() -> None:
    found = of("balai.doors.desk")
    assert len(found) > 30
    assert [path for path, each in found if "officer_page" not in guards(each.callback)] == []


def test_the_administration_lets_in_administrators_alone() -> None:
    found = [(path, each) for path, each in of("balai.doors.desk") if path.startswith("meja/kelola/")]
    assert len(found) > 10
    assert [path for path, each in found if "administrator_page" not in guards(each.callback)] == []


def test_the_demonstration_answers_this_machine_alone() -> None:
    found = list(patterns(demo_urls.urlpatterns))
    assert found
    assert [path for path, each in found if "demo_only" not in guards(each.callback)] == []


def test_the_demonstration_is_not_mounted_in_a_real_hall() -> None:
    assert [path for path, _ in ALL if path.startswith("demo/")] == []


def test_each_operation_of_the_api_takes_a_token_or_is_listed_as_open() -> None:
    open_ = set()
    for _, router in api._routers:
        for path in router.path_operations.values():
            for operation in path.operations:
                if not operation.auth_callbacks:
                    open_.add(operation.view_func.__name__)
    assert open_ == set(OPEN_TO_ALL)


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
        if not each.callback.__module__.startswith(("balai.doors.desk", "balai.doors.portal")):
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
