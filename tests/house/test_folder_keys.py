"""Each key that a service folder may have is told in the reference, and is lived: in a service of ours, or in what the handbook shows,
which tests play. What no folder of ours needs is named here with the test that lives it. A key nobody lives is a promise."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ("service", "service.form", "service.examples")
HANDBOOK = ("service-author", "draw-a-process", "write-a-rule")
TAKEN = {"additionalProperties"}  # foreign editors write it; it says nothing here
ELSEWHERE = {
    "every": "src/balai/engine/manifest/tests/test_timers.py",
    "second_person": "src/balai/engine/manifest/tests/test_comparing.py",
    "serial": "src/balai/engine/manifest/tests/test_letter_parts.py",
    "services": "src/balai/casework/cases/tests/test_messages_in.py",
}


def keys_of(node: object) -> Iterator[str]:
    """Go through every name under a `properties` of a schema."""
    if isinstance(node, dict):
        found: Any = node.get("properties")
        yield from found if isinstance(found, dict) else ()
        for one in node.values():
            yield from keys_of(one)
    elif isinstance(node, list):
        for one in node:
            yield from keys_of(one)


def told(key: str, text: str, behind: str = "") -> bool:
    return re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])['\"]?{behind}", text) is not None


@pytest.fixture(scope="module")
def lived() -> str:
    """Everything that is written under keys: our services, and the blocks of the handbook."""
    pages = "".join((ROOT / f"docs/handbook/{page}.md").read_text("utf-8") for page in HANDBOOK)
    blocks = re.findall(r"```\w*\n(.*?)```", pages, re.DOTALL)
    return "\n".join([*blocks, *(path.read_text("utf-8") for path in ROOT.glob("services/*/**/*.yaml"))])


@pytest.mark.parametrize("schema", SCHEMAS)
def test_each_key_is_told_in_the_reference_and_lived(schema: str, lived: str) -> None:
    tree = json.loads((ROOT / f"docs/reference/schemas/{schema}.json").read_text("utf-8"))
    reference = (ROOT / "docs/reference/service-folder.md").read_text("utf-8")
    keys = set(keys_of(tree)) - TAKEN
    assert len(keys) > 30
    assert [key for key in sorted(keys) if not told(key, reference)] == []
    assert [key for key in sorted(keys - set(ELSEWHERE)) if not told(key, lived, ":")] == []


def test_what_no_folder_of_ours_needs_is_lived_by_a_test() -> None:
    for key, where in ELSEWHERE.items():
        assert told(key, (ROOT / where).read_text("utf-8")), key
