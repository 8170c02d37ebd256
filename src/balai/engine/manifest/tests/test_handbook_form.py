"""The form of the handbook for service authors: it is a good folder, its story comes true, and its letter ends with the event."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

from balai.engine import forms, manifest
from balai.engine.manifest.tests.test_manifest_checks import TOWN, folder
from balai.engine.manifest.tests.weekdays import Weekdays
from balai.engine.problems import Problem, Problems

HANDBOOK = Path(__file__).parents[5] / "docs" / "handbook" / "service-author.md"
PLACE = "services/contoh"


def blocks() -> dict[str, str]:
    """Read the pieces of the handbook's event permit out of their fences."""
    section = HANDBOOK.read_text(encoding="utf-8").partition("### Every kind of question")[2].partition("\n## ")[0]
    found = re.findall(r"```\w+\n(.*?)```", section, re.DOTALL)
    return dict(zip(("form", "texts", "valid", "schools", "example"), found, strict=True))


def event_folder(**changes: tuple[str, str]) -> dict[str, bytes]:
    """Put the handbook's pieces into the template; a change is (what stands in a piece, what stands there instead)."""
    said = blocks()
    for name, (old, new) in changes.items():
        assert old in said[name], f"{old!r} is not in {name}"
        said[name] = said[name].replace(old, new, 1)
    made = folder()
    form = made["form.yaml"].decode()
    made["form.yaml"] = (said["form"] + form[form.index("check:\n") :]).encode()
    words = "  apply:\n" + indent(said["texts"], "    ")
    for lang in ("id", "en"):
        made[f"texts/{lang}.yaml"] = _between(made[f"texts/{lang}.yaml"], "  apply:\n", "  check:\n", words)
    made["service.yaml"] = made["service.yaml"].replace(b"valid: 6 months", said["valid"].strip().encode(), 1)
    made["data/schools.csv"] = said["schools"].encode()
    for name in ("granted", "refused"):
        story = _between(made[f"examples/{name}.yaml"], "apply:\n", "then:\n", said["example"])
        made[f"examples/{name}.yaml"] = story.replace(b"Melengkapi berkas di bank", b"Bazar kampung")
    del made["examples/not-stated.yaml"]
    return made


def _between(content: bytes, start: str, end: str, new: str) -> bytes:
    text = content.decode()
    return (text[: text.index(start)] + new + text[text.index(end) :]).encode()


@cache
def event() -> manifest.Service:
    return manifest.read_service(event_folder(), folder=PLACE, town=TOWN)


def problems(**changes: tuple[str, str]) -> list[Problem]:
    try:
        service = manifest.read_service(event_folder(**changes), folder=PLACE, town=TOWN)
    except Problems as wrong:
        return list(wrong.problems)
    return list(manifest.play_all(service, calendar=Weekdays(), prove=False))


def test_the_handbooks_form_is_good_and_its_stories_come_true() -> None:
    assert problems() == []
    example = next(one for one in event().examples if one.name == "granted")
    played = manifest.play(event(), example, calendar=Weekdays(), prove=False)
    apply: Any = played.data["apply"]
    assert (apply["days"], apply["total"], len(apply["photos"]), len(apply["stands"])) == (3, Decimal(6), 2, 2)
    assert apply["place"] == {
        "words": "Lapangan depan SD Contoh 1",
        "latitude": Decimal("-0.5022"),
        "longitude": Decimal("117.1536"),
    }
    letter = event().letters["grant"]
    ends = letter.last_day(played.data, played.made["grant"], lambda period: date(2026, 9, 1))
    assert ends == date(2026, 3, 18)
    assert letter.last_day({}, played.made["grant"], lambda period: date(2026, 9, 1)) == date(2026, 9, 1)
    shown = forms.show(event().forms["apply"].fields["stands"], apply["stands"], event().texts, "id")
    assert shown == "a.jpg, 6 m²\nb.jpg"


MISUSES = [
    ("form", "today + 14 days", "today + 14 fortnights", "is not a date", "today + 14 days"),
    ("form", "filter: village", "filter: vilage", 'is called "vilage"', 'Did you mean "village"'),
    ("form", "filter: village", "filter: {kelurahan: village}", 'no column "kelurahan"', "village"),
    ("form", "source: schools, filter: village", "filter: village, enum: [a]", "rows of a source", "Add source"),
    ("form", "default: 50", 'default: "lima"', "no answer to this field", "integer"),
    ("form", "const: true", "const: true, default: true", "a statement is ticked by whoever makes it", "Take default out"),
    ("form", "required_if: guests > 100", "required_if: gests > 100", 'There is no "gests"', 'Did you mean "guests"'),
    ("form", '[item != null])"', '[item != null])", required_if: guests > 1', "nobody answers it", "Take"),
    ("form", "guests, photos, stands", "before, guests, photos, stands", "Words cannot be required", "required"),
    ("form", "{type: info}", "{type: info, default: x}", 'Unknown key "default"', ""),
    ("form", "[before, village", "[village", "nobody would read them", "Add them to a page"),
    ("form", "case.submitted_date", "case.number", 'There is no "case.number"', ""),
    ("form", "minItems: 2, maxItems: 4", "minItems: 4, maxItems: 2", "no answer could be right", "Swap"),
    ("texts", "before: {text: ", "before: {label: ", "missing", "people read it"),
    ("valid", "apply.ends_on", "apply.guests", "A letter holds until a date", "format date"),
    ("valid", "until: apply.ends_on, at_most: 6 months", "until: apply.guards", "A letter holds until a date", ""),
    ("example", "  guards: 4\n", "", "Expected refused_because", ""),
    ("example", "school: sd-1", "school: sd-9", "Expected refused_because", ""),
    ("example", '"2026-03-16"', '"2026-03-15"', "Expected refused_because", ""),
]  # fmt: skip


@pytest.mark.parametrize(("piece", "old", "new", "said", "way_out"), MISUSES)
def test_each_misuse_is_told_with_its_place_and_a_way_out(
    piece: str, old: str, new: str, said: str, way_out: str
) -> None:
    found = [one for one in problems(**{piece: (old, new)}) if said in one.message]
    assert found, problems(**{piece: (old, new)})
    assert all(one.file and one.line for one in found)
    assert way_out in found[0].fix


def test_a_letter_needs_a_bound_where_its_date_may_be_left_out() -> None:
    found = problems(
        valid=("until: apply.ends_on, at_most: 6 months", "until: apply.ends_on"), form=("ends_on, guests", "guests")
    )
    assert [
        "may stay unanswered" in one.message and "at_most" in one.fix for one in found if "letters.grant" in one.element
    ] == [True]
    letter = replace(event().letters["grant"], valid=None)
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert letter.last_day({}, at, lambda period: date(2026, 9, 1)) == date(2026, 3, 2), "never for ever"
