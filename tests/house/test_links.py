"""Addresses belong to the doors: below them pages go by name, and each name leads to the view it says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from tests.house.source import SOURCE, modules, name_of, nodes

from balai.base.pages import links

BELOW = ("engine", "base", "records", "casework")
FOREIGN = {"casework/issuing/signing.py: '/api/sign/pdf'": "an address of the signing service, not of ours"}
OWN = (
    "pages",
    "people",
    "outages",
    "hallpages",
)  # frames and accounts stand below the doors and have addresses of their own


def test_each_name_leads_to_its_page() -> None:
    assert len(links.pages()) > 10
    for name, page in links.pages().items():
        dummies = [str(UUID(int=0))] * page.template.count("{}")
        assert resolve(links.path(name, *dummies)).view_name == page.view, name


def test_an_argument_cannot_leave_its_place() -> None:
    assert links.path("citizen.case", "../meja/?x#y") == "/berkas/..%2Fmeja%2F%3Fx%23y/"
    with pytest.raises(LookupError, match="nowhere"):
        links.path("nowhere")


def spaces() -> set[str]:
    """Name the first part of each address of a door, as in /meja/…; machines' addresses too."""
    found = set()
    for each in get_resolver().url_patterns:
        if isinstance(each, URLResolver) and each.namespace not in OWN:
            inner = each.url_patterns if str(each.pattern) == "" else [each]
            found |= {str(one.pattern).lstrip("^").partition("/")[0] for one in inner}
        elif isinstance(each, URLPattern | URLResolver) and getattr(each, "namespace", "") not in OWN:
            found.add(str(each.pattern).partition("/")[0])
    return {one for one in found if one}


def addresses(path: Path, begins: re.Pattern[str]) -> Iterator[str]:
    """Yield each text in a module that is or holds an address of a door; what is said about the code is no part of it."""
    docs = {
        id(node.body[0].value)
        for node in nodes(path)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body and isinstance(node.body[0], ast.Expr)
    }  # fmt: skip
    for node in nodes(path):
        said = node.value if isinstance(node, ast.Constant) and id(node) not in docs else None
        if isinstance(said, str) and begins.search(said):
            yield f"{name_of(path)}: {said!r}"


def pattern() -> re.Pattern[str]:
    return re.compile(rf"(?:^|[\s\"'(])/(?:{'|'.join(sorted(map(re.escape, spaces())))})(?:/|$)")


def test_the_doors_addresses_are_known() -> None:
    assert {"meja", "akun", "berkas", "permohonan", "lacak", "kuasa", "v", "api"} <= spaces()
    for text in ("/meja/kelola/", "see /akun/", "/v/", "/berkas"):
        assert pattern().search(text), text
    for text in ("/bahasa/id", "/-/", "meja/", "a/v/b"):
        assert not pattern().search(text), text


def test_no_address_of_a_door_stands_below_the_doors() -> None:
    found = [line for floor in BELOW for path in modules(floor) for line in addresses(path, pattern())]
    assert set(found) == set(FOREIGN)


def test_nor_in_the_words_and_templates_there() -> None:
    files = [path for floor in BELOW for kind in ("*.yaml", "*.html") for path in (SOURCE / floor).rglob(kind)]
    assert len(files) > 20
    found = [
        f"{name_of(path)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if pattern().search(line)
    ]
    assert found == []
