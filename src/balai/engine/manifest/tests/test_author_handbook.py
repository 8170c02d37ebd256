"""What the author's handbook shows is a folder that passes: each of its blocks is put into a real one, and its examples are played."""

import pytest

from balai.engine import manifest
from balai.engine.manifest.tests.grown_folder import ROOT, list_blocks, read_grown
from balai.engine.manifest.tests.weekdays import Weekdays

HANDBOOK = (ROOT / "docs/handbook/service-author.md").read_text(encoding="utf-8")
SECTIONS = (
    "Tell the applicant in your own words",
    "Wait for another system, or for a visit",
    "Let news come into a case",
    "Ask a registry of others",
    "Let people tick who is meant",
    "Ask to be paid",
    "Ask others to agree",
    "Rows, amounts and days in a letter",
    "Who signs on paper, and the stamp duty",
    "Who signs one after the other",
)
SET = SECTIONS[5:]  # what these show is seen on the page alone, so their letters are typeset


@pytest.mark.parametrize("heading", SECTIONS)
def test_what_the_handbook_shows_passes(heading: str) -> None:
    blocks = list_blocks(HANDBOOK, heading)
    service = read_grown(blocks)
    assert service.examples
    assert {one.name for one in service.examples} == {
        path.removeprefix("examples/").removesuffix(".yaml") for path, _ in blocks if path.startswith("examples/")
    }
    for example in service.examples:
        played = manifest.play(service, example, calendar=Weekdays(), prove=heading in SET)
        assert played.problems == (), heading
