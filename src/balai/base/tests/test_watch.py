"""The watch: what the worker looked at, when, and since when it is so; an old record is none."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from balai.base import checks, watch
from balai.base.checks import Finding

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> dict[str, str]:
    """A hall whose two checks find what the test says: one of each round, one of once a day."""
    settings.BALAI_HOME = tmp_path
    state = {"mail": "good", "certificates": "good"}
    asked: dict[str, int] = {}

    def of(name: str) -> checks.Look:
        def look(home: Path, now: datetime) -> Iterator[Finding]:
            asked[name] = asked.get(name, 0) + 1
            if state[name] == "falls":
                raise OSError("the wire is cut")
            yield Finding(name, state[name], f"{name} is {state[name]}", f"{name} itu {state[name]}")  # type: ignore[arg-type]

        look.__name__ = name
        return look

    made = [checks.RoundItem(1, of("mail"), daily=False), checks.RoundItem(2, of("certificates"), daily=True)]
    monkeypatch.setattr(watch, "items", lambda: made)
    state["_asked"] = asked  # type: ignore[assignment]
    return state


def found(now: datetime) -> dict[str, str]:
    kept = watch.last_round()
    assert kept is not None and not kept.is_old(now)
    return {one.finding.check: one.finding.state for one in kept.seen}


def test_before_the_first_round_nothing_is_known(world: dict[str, str]) -> None:
    assert watch.last_round() is None


def test_what_is_found_stands_with_the_moment_it_began(world: dict[str, str]) -> None:
    watch.look(NOW)
    world["mail"] = "bad"
    for minutes in (5, 10):
        watch.look(NOW + timedelta(minutes=minutes))
    kept = watch.last_round()
    assert kept is not None
    assert [(one.finding.say("id"), one.since) for one in kept.bad] == [("mail itu bad", NOW + timedelta(minutes=5))]
    world["mail"] = "good"
    watch.look(NOW + timedelta(minutes=15))
    kept = watch.last_round()
    assert kept is not None and kept.bad == ()


def test_a_check_that_falls_over_is_bad_and_stops_no_other(world: dict[str, str]) -> None:
    watch.look(NOW)
    world["mail"] = "falls"
    watch.look(NOW + timedelta(minutes=5))
    kept = watch.last_round()
    assert kept is not None
    assert [one.finding.words for one in kept.bad] == ["could not be looked at: OSError: the wire is cut"]
    assert "certificates" in {one.finding.check for one in kept.seen}


def test_what_costs_much_waits_for_the_second_round_and_is_made_once_a_day(world: Any) -> None:
    for minutes in (0, 5, 10, 15):
        watch.look(NOW + timedelta(minutes=minutes))
    assert world["_asked"] == {"mail": 4, "certificates": 1}
    watch.look(NOW + timedelta(hours=21))
    assert world["_asked"]["certificates"] == 2


@pytest.mark.parametrize("after", [timedelta(minutes=16), timedelta(days=3), timedelta(hours=-2)])
def test_a_record_that_is_old_or_of_another_clock_says_nothing(world: dict[str, str], after: timedelta) -> None:
    watch.look(NOW)
    kept = watch.last_round()
    assert kept is not None and not kept.is_old(NOW + timedelta(minutes=14)) and kept.is_old(NOW + after)


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"at": 1}'])
def test_a_record_that_cannot_be_read_is_none_and_is_made_anew(
    world: dict[str, str], tmp_path: Path, kept: str
) -> None:
    (tmp_path / "status").mkdir()
    (tmp_path / "status/checks.json").write_text(kept)
    assert watch.last_round() is None
    watch.look(NOW)
    assert found(NOW) == {"mail": "good"}
    assert json.loads((tmp_path / "status/checks.json").read_text())["at"] == NOW.isoformat()


@pytest.mark.parametrize(("mail", "leaves"), [("good", True), ("note", False), ("bad", False)])
def test_one_goes_home_only_when_what_matters_is_good(world: dict[str, str], mail: str, leaves: bool) -> None:
    world["mail"], world["certificates"] = mail, "note"
    for minutes in (0, 5):
        watch.look(NOW + timedelta(minutes=minutes))
    kept = watch.last_round()
    assert kept is not None and (kept.in_the_way == ()) is leaves


@pytest.mark.django_db
def test_every_check_speaks_both_languages() -> None:
    from django.conf import settings

    silent = [
        finding for look in checks.rounds() for finding in checks.examine(look, Path(settings.BALAI_HOME), NOW)
        if not finding.indonesian
    ]  # fmt: skip
    assert silent == []
