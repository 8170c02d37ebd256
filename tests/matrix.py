"""Asks an address as one of those who come, and says in one word what came of it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from tests.cast import photo
from tests.world import MACHINES, PEOPLE, World, places

from balai.base.models import Deed
from balai.base.sheets import read_sheet

CORE = Path(__file__).parent / "house" / "matrix.yaml"
METHODS = ("GET", "POST")
PLACE = re.compile(r"\{([\w-]+)\}")
API = "/api/"
ENTRANCES = ("/akun/login/", "/akun/2fa/reauthenticate/", "/akun/2fa/totp/activate/", "/akun/reauthenticate/")


@dataclass(frozen=True)
class Line:
    """One address with what everybody is answered there, by method and role."""

    at: str
    answers: Mapping[str, Mapping[str, str]]
    sends: Mapping[str, str]
    json: Any = None
    file: str = ""  # the field in which a picture is sent


def read_lines() -> list[Line]:
    """Read the lines of the hall and those that rooms bring."""
    found: list[Line] = []
    for path in (CORE, *places("matrix.yaml")):
        for at, told in read_sheet(path.read_text("utf-8")).items():
            answers = {method: _spread(at, told[method]) for method in METHODS}
            found.append(Line(at, answers, told.get("sends", {}), told.get("json"), told.get("file", "")))
    return found


def roles_of(at: str) -> tuple[str, ...]:
    """Name who asks for an address: machines where machines come in, else people."""
    return MACHINES if at.startswith(API) else PEOPLE


def _spread(at: str, told: object) -> dict[str, str]:
    """Spell out a line's answers: `siti agent: page` and `rest: 404` are one answer for each role."""
    if not isinstance(told, Mapping):
        return dict.fromkeys(roles_of(at), str(told))
    named = {role: str(answer) for roles, answer in told.items() for role in str(roles).split()}
    rest = named.pop("rest", None)
    assert not set(named) - set(roles_of(at)), f"{at} names nobody who comes: {set(named) - set(roles_of(at))}"
    full = (dict.fromkeys(roles_of(at), rest) if rest is not None else {}) | named
    assert set(full) == set(roles_of(at)), f"{at} leaves out {set(roles_of(at)) - set(full)}"
    return full


def ask(world: World, role: str, method: str, line: Line) -> str:
    """Ask, undo what was done, and say in one word what came of it.

    `login`: led to where one proves who one is; `done`: a deed was done; `page`: shown, nothing done; `led`: led on, nothing
    done; else the status.
    """
    with world.undone():
        before = Deed.objects.count()
        answer = _send(world, role, method, line)
        if answer.streaming:
            for _ in answer.streaming_content:  # type: ignore[attr-defined]
                pass
        return _say(answer, Deed.objects.count() - before)


def _send(world: World, role: str, method: str, line: Line) -> HttpResponseBase:
    browser, at = world.browsers[role], fill(world, line.at)
    if method == "GET":
        return browser.get(at)
    if at.startswith(API):
        headers = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}
        if line.file:
            return browser.post(at, {line.file: SimpleUploadedFile("foto.jpg", photo(), "image/jpeg")}, **headers)
        return browser.post(at, json.dumps(line.json or {}), content_type="application/json", **headers)
    return browser.post(at, {name: fill(world, value) for name, value in line.sends.items()})


def fill(world: World, text: str) -> str:
    """Put the world's things into a text; `{new}` is an id of a command that was never given."""
    things = {**world.things, "new": str(uuid4())}
    return PLACE.sub(lambda found: things[found[1]], text)


def _say(answer: HttpResponseBase, deeds: int) -> str:
    status, location = answer.status_code, answer.headers.get("Location", "")
    if status < 400 and deeds:
        return "done"
    if 300 <= status < 400:
        return "login" if location.startswith(ENTRANCES) else "led"
    return "page" if status < 300 else str(status)


def list_addresses(found: Any = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Walk through all addresses of the hall: (route, pattern)."""
    for each in get_resolver().url_patterns if found is None else found:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from list_addresses(each.url_patterns, route)
        else:
            yield _plain(route), each


def route_of(at: str) -> str:
    """Give the route that answers a line's address."""
    return _plain(resolve(PLACE.sub("11111111-1111-4111-8111-111111111111", at).partition("?")[0]).route)


def _plain(route: str) -> str:
    """Write a route the same way, whether it was walked to or resolved."""
    return route.replace("^", "")


def table(lines: list[Line]) -> Iterator[tuple[Line, str, str, str]]:
    """Go through the whole table: (line, method, role, expected)."""
    for line in lines:
        for method, answers in line.answers.items():
            for role, expected in answers.items():
                yield line, method, role, expected
