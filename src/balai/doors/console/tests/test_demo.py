"""The demonstration city: every story can be lived, whenever it is made; a making that was cut off begins anew."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from balai.casework.cases.models import Case
from balai.casework.catalogue import queries as services
from balai.doors.console.commands import demo
from balai.doors.console.demo import seed
from balai.doors.console.demo.cast import Cast
from balai.records.people.models import Person

# the turn of a year seen from the office and not yet from Greenwich; a Saturday morning, a night before a holiday
MOMENTS = (
    "2026-12-31T23:40:00+00:00",
    pytest.param("2026-11-28T00:54:00+00:00", marks=pytest.mark.long),
    pytest.param("2026-08-16T17:30:00+00:00", marks=pytest.mark.long),
)


def seeded(now: datetime, monkeypatch: pytest.MonkeyPatch) -> seed.Story:
    """Make the city without cases, and give the one who tells its stories."""
    kept: list[seed.Story] = []

    class Kept(seed.Story):
        def __init__(self, *args: object) -> None:
            super().__init__(*args)  # type: ignore[arg-type]
            kept.append(self)

    monkeypatch.setattr(seed, "Story", Kept)
    seed.seed(now, cases=0, say=lambda line: None)
    return kept[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", MOMENTS)
def test_every_story_can_be_lived_whenever_the_city_is_made(moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.fromisoformat(moment)
    story = seeded(now, monkeypatch)
    resident = seed.Resident(story.cast.siti.person_id, seed.IDENTITIES["siti"])
    told = 0
    for service in services.list_services():
        for example in seed.stories(service):
            story.tell(service, example, resident, now - timedelta(days=90, minutes=7 * told))
            told += 1
    assert Case.objects.count() == told > 20
    firm = Case.objects.exclude(applicant_id=resident.person_id)
    assert {Person.objects.get(id=case.applicant_id).kind for case in firm} == {"organisation"}


@pytest.mark.django_db(transaction=True)
def test_a_story_nobody_can_live_is_told_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    story, said = seeded(datetime(2026, 6, 2, 3, 0, tzinfo=UTC), monkeypatch), []
    story.agents, story.chance = [], random.Random(1)
    nobody = seed.Resident(story.cast.siti.person_id, seed.IDENTITIES["siti"])
    monkeypatch.setattr(story, "_files", lambda form, answers, *rest: {})
    assert story.live(nobody, said.append) == 0
    assert said and said[0].startswith("  left out ")
    assert isinstance(story.cast, Cast)


def test_a_making_that_was_cut_off_begins_anew(tmp_path) -> None:  # type: ignore[no-untyped-def]
    home = tmp_path / "home"
    command = [
        sys.executable, "-m", "balai.doors.console", "demo", "--home", str(home), "--seed-only", "--cases", "40",
    ]  # fmt: skip
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("BALAI_", "DJANGO_"))}
    environment["PYTHONPATH"] = str(settings.ROOT / "src")
    first = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    end = time.monotonic() + 60
    while not (home / demo.CUT_OFF).exists() and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(1.5)  # some of the city is there by now
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert (home / demo.CUT_OFF).exists()
    (home / "catatan.txt").write_text("milik orang lain")
    second = subprocess.run([*command[:-1], "0"], env=environment, capture_output=True, text=True, timeout=120)
    assert second.returncode == 0, second.stderr
    assert "it begins anew" in second.stdout and "0 cases" in second.stdout
    assert not (home / demo.CUT_OFF).exists()
    assert (home / "catatan.txt").exists()  # what the city did not make stays
    doctor = [*command[:3], "doctor", "--home", str(home)]
    told = subprocess.run(doctor, env=environment, capture_output=True, text=True, timeout=60)
    assert told.returncode == 0 and " BAD " not in told.stdout, told.stdout
