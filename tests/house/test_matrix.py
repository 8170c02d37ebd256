"""Every address, everybody who may come, their own things and others': each answer stands in a table and is looked at.

A new address without a line is red, and so is an answer that is not the one in the table. See `tests/house/matrix.yaml`.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.urls import path
from tests.matrix import Line, ask, list_addresses, read_lines, roles_of, route_of, table
from tests.world import MACHINES, PEOPLE, World

from balai.base.pages.guards import open_page

LINES = read_lines()
FEW = {
    "guest",
    "siti",
    "budi",
    "admin",
}  # who asks by a method that an address does not take: who comes is not looked at there


def asked() -> list[tuple[Line, str, str, str]]:
    """List what is asked: all of the table, but by methods that an address does not take only a few."""
    return [one for one in table(LINES) if one[3] != "405" or one[2] in FEW | set(MACHINES)]


def differing(world: World, lines: list[tuple[Line, str, str, str]]) -> list[str]:
    """Tell what is answered otherwise than the table says."""
    found = []
    for line, method, role, expected in lines:
        got = ask(world, role, method, line)
        if got != expected:
            found.append(f"{method} {line.at} as {role}: {got}, expected {expected}")
    return found


def without_line(addresses: Iterator[tuple[str, object]]) -> list[str]:
    """Name the addresses that stand in no line of the table."""
    known = {route_of(line.at) for line in LINES}
    return [route for route, _ in addresses if route not in known]


@pytest.mark.usefixtures("no_words")
def test_everybody_is_answered_as_the_table_says(world: World) -> None:
    assert differing(world, asked()) == []


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor == "sqlite", reason="there everybody asks everything")
def test_each_page_opens_and_each_deed_is_done_on_the_other_database(world: World) -> None:
    """Who may and who may not is no matter of the database: one of those who may asks there."""
    may = {(one[0].at, one[1], one[3]): one for one in table(LINES) if one[3] in ("page", "done")}
    assert len(may) > len(LINES) / 2
    assert differing(world, list(may.values())) == []


def test_every_address_stands_in_the_table() -> None:
    assert without_line(list_addresses()) == []


def test_an_address_that_is_new_is_seen() -> None:
    @open_page
    def view(request: object) -> None:
        """Answer nothing."""

    assert without_line(list_addresses([path("kamar-baru/<uuid:id>/", view)])) == ["kamar-baru/<uuid:id>/"]


def test_an_answer_that_differs_is_seen(world: World) -> None:
    (line,) = [line for line in LINES if line.at == "/berkas/{case}/"]
    spoiled = replace(line, answers={"GET": {"joko": "page", "siti": "page"}, "POST": {}})
    told = differing(world, list(table([spoiled])))
    assert told == ["GET /berkas/{case}/ as joko: 404, expected page"]


def test_a_deed_that_was_done_is_told_from_a_page_and_undone(world: World) -> None:
    (line,) = [line for line in LINES if line.at == "/berkas/{case}/tarik/"]
    assert [ask(world, "siti", "POST", line) for _ in range(2)] == ["done", "done"]
    assert ask(world, "siti", "GET", line) == "page"


def test_everybody_in_the_table_is_who_the_head_of_it_says(world: World) -> None:
    assert set(world.browsers) == {*PEOPLE, *MACHINES}
    signed_in = {
        role
        for role in PEOPLE
        if isinstance(world.browsers[role], Client) and "_auth_user_id" in world.browsers[role].session
    }
    assert signed_in == set(PEOPLE) - {"guest", "code"}
    assert {role for line in LINES for role in roles_of(line.at)} == {*PEOPLE, *MACHINES}
