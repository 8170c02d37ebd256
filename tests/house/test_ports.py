"""Ports are registries: what walks one knows no app by name, so that a room adds to it without a change elsewhere."""

import ast
import re

import pytest
from django.utils.module_loading import autodiscover_modules
from tests.house.source import SOURCE, modules, name_of, nodes

from balai.base import checks, holdings
from balai.base.pages import texts

WALKERS = {
    "base/holdings.py": "forgets and lists what is held",
    "base/erasures.py": "forgets again",
    "base/checks.py": "makes the doctor's round, counts what needs an administrator",
    "doors/console/commands/doctor.py": "tells what was found",
    "doors/desk/shown/attention.py": "shows what needs an administrator",
    "casework/notices/actions/telling.py": "tells a person",
    "casework/notices/kinds.py": "keeps the kinds of message",
    "base/pages/links.py": "names pages",
}
MAY = {
    "casework/notices/actions/telling.py": {"cases", "notices", "people"},  # a message is about a case or a person
}


def apps_named(file: str) -> set[str]:
    """Name the apps of records, casework and doors that a file imports; its own folder is no stranger."""
    found = set()
    for node in nodes(SOURCE / file):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        parts = [
            name.split(".") for name in names if name.startswith(("balai.records.", "balai.casework.", "balai.doors."))
        ]
        found |= {part[2] for part in parts if len(part) > 2}
    return found - {file.split("/")[1]}


@pytest.mark.parametrize("file", WALKERS)
def test_what_walks_a_port_knows_no_app(file: str) -> None:
    assert apps_named(file) <= MAY.get(file, set())


def test_forgetting_is_not_done_app_by_app() -> None:
    assert "people.actions" not in (SOURCE / "casework/archive/actions.py").read_text("utf-8")
    source = (SOURCE / "casework/archive/actions.py").read_text("utf-8")
    assert "holdings.forget(" in source
    assert not re.search(r"cases import actions|notices import actions", source)


def test_only_a_holdings_file_registers_a_holding_and_only_a_checks_file_a_check() -> None:
    autodiscover_modules("holdings", "checks")
    calls = {"holds": "holdings.py", "looks": "checks.py", "needs": "checks.py"}
    strange = [
        f"{name_of(path)}: {node.func.id}"
        for path in modules()
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in calls and path.name != calls[node.func.id]
    ]
    assert strange == []
    assert len(holdings.holdings()) > 12 and len(checks.rounds()) > 10


@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_need_has_its_words_and_a_page(lang: str) -> None:
    from balai.base.pages import links

    for need in (*checks.list_needs(), *checks.list_needs(calm=True)):
        assert texts.has(f"{need.words}.title", lang), need.key
        assert not need.page or links.leads(need.page), need.key
