"""The tiers of a folder: a fixed list of rules, judged where a program can see, and silver at most until people said more."""

from pathlib import Path

import pytest

from balai.engine.manifest import check_quality, quality
from balai.engine.manifest.tests.test_manifest_checks import folder, problems_of

CLAIM = "tier: bronze => "


SERVICES = Path(__file__).parents[5] / "services"


def test_every_service_of_the_catalogue_claims_silver() -> None:
    below = [one.parent.name for one in SERVICES.glob("*/quality.yaml") if "tier: bronze" in one.read_text("utf-8")]
    assert not below, f"{below}: ./balai check says what each lacks"


def test_a_template_is_bronze_and_no_more() -> None:
    (one,) = problems_of(folder(quality_yaml=CLAIM + "tier: silver"))
    assert "claims silver, which needs" in one.message and "write tier: bronze" in one.fix.lower()
    assert one.file == "services/contoh/quality.yaml" and one.line == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("standard-fourteen-components: todo", "standard-fourteen-components: done", "says nothing under standard"),
        (
            "law-confirmed-by-an-official: todo",
            "law-confirmed-by-an-official: done",
            "marks of law still say unconfirmed",
        ),
        ("refusal-letter: done", "found-by-everyday-words: done", "keywords has 0 sayings"),
        ("refusal-letter: done", "refusal-leter: done", 'Did you mean "refusal-letter"'),
    ],
)
def test_what_is_called_done_and_is_not_is_told(old: str, new: str, said: str) -> None:
    (one,) = problems_of(folder(quality_yaml=f"{old} => {new}"))
    assert said in one.message + one.fix


def test_every_rule_is_judged_by_the_program_or_said_by_people() -> None:
    judged = set(check_quality._JUDGES) | {
        "golden-examples-for-each-end", "texts-in-both-languages", "law-with-its-basis",  # without these no folder is good
    }  # fmt: skip
    assert set(quality.RULES) == judged | quality.BY_PEOPLE
    assert set(quality.RULES.values()) == set(quality.TIERS)
    gold = {rule for rule, tier in quality.RULES.items() if tier == "gold"}
    assert gold <= quality.BY_PEOPLE
