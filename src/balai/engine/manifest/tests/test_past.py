"""A past case played again: under its own version it ends as it did, under another by that version's form, process and rules."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from balai.base.clock import office_calendar
from balai.engine import manifest

ROOT = Path(__file__).parents[5]
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/service.yaml"))
MICRO = "izin-usaha-mikro"
TIMED = ("foundling", "never-booked", "no-reply")  # nobody came, and time went on by itself
CALENDAR = office_calendar("Asia/Makassar")


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def read(name: str, changes: Mapping[str, tuple[str, str]] | None = None) -> manifest.Service:
    found, town = files(ROOT / "services" / name), files(ROOT / "town")
    for file, (old, new) in (changes or {}).items():
        place, path = (town, file.removeprefix("town/")) if file.startswith("town/") else (found, file)
        assert old.encode() in place[path], old
        place[path] = place[path].replace(old.encode(), new.encode())
    return manifest.read_service(found, folder=f"services/{name}", town=manifest.read_town(town), published=True)


def past(service: manifest.Service, example: manifest.Example) -> tuple[manifest.PastCase, manifest.Played]:
    played = manifest.play(service, example, calendar=CALENDAR, prove=False)
    unit: Any = played.data.get("unit", {})
    return manifest.PastCase(example.now, example.channel, example.applicant, unit, played.data), played


def again(service: manifest.Service, case: manifest.PastCase, **how: Any) -> manifest.PastEnding:
    return manifest.end_again(service, case, calendar=CALENDAR, **{"judged": False, **how})


@pytest.mark.parametrize("name", SERVICES)
def test_what_people_and_rules_ended_ends_the_same_under_its_own_version(name: str) -> None:
    service, told = read(name), []
    for example in service.examples:
        case, played = past(service, example)
        if played.refused or played.outcome not in ("granted", "refused", "handed_over"):
            continue
        if example.name in TIMED:
            assert again(service, case, judged=True).kind == "waits"
            continue
        ending = manifest.PastEnding("end", played.end, played.outcome)
        assert again(service, case, judged=True) == ending, example.name
        assert again(service, case) == ending, example.name
        told.append(played.outcome)
    by_officer = service.about is not None and service.about.by_officer
    assert len(told) >= (1 if by_officer else 2), "what the office amends is granted or dropped"


def granted_at_once() -> tuple[manifest.Service, manifest.PastCase]:
    service = read(MICRO)
    for example in service.examples:
        case, played = past(service, example)
        if played.end == "granted_at_once":
            return service, case
    raise AssertionError("no example is granted at once")


def test_a_lower_limit_sends_a_case_to_a_person() -> None:
    _, case = granted_at_once()
    lower = read(MICRO, {"town/town.yaml": ('value: "1000000000"', 'value: "1000"')})
    assert again(lower, case) == manifest.PastEnding("waits", "check")


def test_a_value_that_begins_later_is_applied_from_its_first_day() -> None:
    _, case = granted_at_once()
    old = (
        'micro_capital_limit: {type: money, value: "1000000000", valid_from: "2026-01-01", legal_basis: "PP 7/2021: usaha'
        ' mikro, modal sampai Rp1 miliar di luar tanah dan bangunan", status: unconfirmed}'
    )
    new = (
        'micro_capital_limit: [{type: money, value: "1000000000", valid_from: "2026-01-01", valid_to: "2027-12-31",'
        ' legal_basis: lama, status: unconfirmed}, {type: money, value: "1000", valid_from: "2028-01-01", legal_basis: baru,'
        " status: unconfirmed}]"
    )
    later = read(MICRO, {"town/town.yaml": (old, new)})
    assert manifest.takes_effect(later, date(2026, 12, 1)) == date(2028, 1, 1)
    assert again(later, case).kind == "end"
    assert again(later, case, town_on=manifest.takes_effect(later, date(2026, 12, 1))).kind == "waits"


def test_an_answer_that_was_never_asked_for_is_lacking() -> None:
    service, case = granted_at_once()
    data = {**case.data, "apply": {name: value for name, value in case.data["apply"].items() if name != "capital"}}
    lacking = manifest.PastCase(case.submitted_at, case.channel, case.applicant, case.unit, data)
    assert again(service, lacking) == manifest.PastEnding("lacks", "capital")
