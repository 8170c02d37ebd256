"""The drill proves each step, undoes what it did to the hall, and says so when a step does not do what it must."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service

from balai.base import drills, readonly
from balai.base.stories import Stage
from balai.doors.console.commands import drill as command
from balai.records.outages import queries as outages
from balai.rooms.incidents import demo, queries
from balai.rooms.incidents.models import Incident

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[5]


@pytest.fixture
def cast(tmp_path: Path, settings: LazySettings) -> Iterator[Cast]:
    (tmp_path / "public").mkdir()
    settings.BALAI_STATUS = str(tmp_path / "public")
    open_service()
    yield make_cast(NOW)
    readonly.set_mark(None)


def stage(folder: Path) -> drills.DrillStage:
    return drills.DrillStage(folder, lambda: NOW + timedelta(minutes=1))


def test_it_walks_from_detecting_to_learning_and_leaves_the_hall_as_it_was(cast: Cast, tmp_path: Path) -> None:
    ticks = iter(range(1000))
    steps = list(drills.get("incident")(drills.DrillStage(tmp_path, lambda: NOW + timedelta(seconds=next(ticks)))))
    assert [step.split()[0] for step in steps] == ["detect", "contain", "contain", "contain", "report", "learn", "tell"]
    assert not outages.list_owed() and outages.find_read_only() is None
    assert apply_for_sku(cast, now=NOW + timedelta(hours=1)).number
    row = Incident.objects.get()
    assert (row.state, row.drill) == ("closed", True)
    report = next(tmp_path.glob("INS-*.txt")).read_text("utf-8")
    assert "UU 27/2022" in report and "unconfirmed" in report and "Hanya dapat dibaca" in report


def test_a_step_that_does_nothing_fails_the_drill_and_the_hall_is_open_again(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "_may_write", lambda stage: True)
    assert command._play("incident", tmp_path) == 1
    assert "FAILED" in capsys.readouterr().out
    assert outages.find_read_only() is None


def test_an_unknown_drill_is_not_begun(tmp_path: Path) -> None:
    assert command._play("nothing", tmp_path) == 2


def test_a_real_hall_is_drilled_only_when_its_address_is_typed(
    monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    settings.BALAI_URL = "https://layanan.kota.example"
    for typed, meant in (("ya", False), ("layanan.kota.example", True)):
        monkeypatch.setattr("builtins.input", lambda prompt, typed=typed: typed)
        assert command._is_meant() is meant


@pytest.mark.one_database  # the hall it makes has a file of its own for its database
def test_the_command_makes_a_hall_of_its_own_and_takes_it_away(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "balai.doors.console", "drill", "incident"], cwd=ROOT, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": "src", "TMPDIR": str(tmp_path)}, timeout=300, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
    assert "All of it worked" in told.stdout
    assert list(tmp_path.glob("balai-drill-*")) == []


def test_the_city_remembers_one_incident_told_to_its_end(cast: Cast) -> None:

    for _ in range(2):
        demo.remember(Stage("room_incidents.past", cast, NOW, 20))
    ((row, title),) = queries.list_incidents()
    assert (row.state, row.drill) == ("closed", False)
    assert "Surel" in title
