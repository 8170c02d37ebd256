"""The demonstration city: every story can be lived, whenever it is made; a making that was cut off begins anew."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from urllib.request import urlopen
from uuid import uuid4

import pytest
from django.conf import settings
from tests.cast import make_cast, open_service

from balai.casework.cases.models import Case
from balai.casework.issuing import authority
from balai.doors.console.bench.servers import free_port
from balai.doors.console.commands import demo
from balai.doors.console.demo import living as living_
from balai.doors.console.demo import progress, residents, seed
from balai.doors.console.demo.cast import IDENTITIES, PASSPHRASE, find_cast
from balai.engine import manifest
from balai.records.people.models import Person

# the turn of a year seen from the office and not yet from Greenwich; a Saturday morning, a night before a holiday
MOMENTS = (
    "2026-12-31T23:40:00+00:00",
    pytest.param("2026-11-28T00:54:00+00:00", marks=pytest.mark.long),
    pytest.param("2026-08-16T17:30:00+00:00", marks=pytest.mark.long),
)


def living(now: datetime) -> living_.Living:
    """Make the city without cases, and give the one who lives its stories."""
    seed.lay(now, cases=0, say=lambda line: None)
    return living_.Living(find_cast(), random.Random(1), now, residents.find_agents(residents.find_residents()))


def stories_of(service: manifest.Service, everything: bool) -> list[manifest.Example]:
    """List a service's stories: all of them for the long runs, else the longest and those of firms."""
    found = sorted(living_.stories(service), key=lambda one: len(one.then), reverse=True)
    return [one for one in found if everything or one is found[0] or "nib" in one.applicant]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", MOMENTS)
def test_every_story_can_be_lived_whenever_the_city_is_made(moment: str) -> None:
    now = datetime.fromisoformat(moment)
    story = living(now)
    resident = residents.DemoResident(story.cast.siti.person_id, IDENTITIES["siti"])
    told = 0
    for service in living_.for_residents():
        for example in stories_of(service, moment != MOMENTS[0]):
            story.tell(
                service, example, resident, now - timedelta(days=90 + told // 40, minutes=7 * told)
            )  # files a day have a limit
            told += 1
    assert Case.objects.count() == told > 20
    firm = Case.objects.exclude(applicant_id=resident.person_id)
    assert {Person.objects.get(id=case.applicant_id).kind for case in firm} == {"organisation"}


@pytest.mark.django_db(transaction=True)
def test_a_story_nobody_can_live_is_told_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(authority.SCRYPT, "n", 2**10)
    now, said, cast = datetime(2026, 6, 2, 3, 0, tzinfo=UTC), [], make_cast(datetime(2026, 6, 2, 3, 0, tzinfo=UTC))
    authority.enroll(cast.ratna.person_id, name="Ratna", organisation="Kota", passphrase=PASSPHRASE, now=now)
    open_service()
    story = living_.Living(cast, random.Random(1), now, [])
    nobody = residents.DemoResident(story.cast.siti.person_id, IDENTITIES["siti"])
    monkeypatch.setattr(story, "_files", lambda form, answers, *rest: {})
    assert story.live(nobody, now - timedelta(days=1), uuid4(), said.append) == 0
    assert said and said[0].startswith("  left out ")


@pytest.mark.long
def test_a_city_that_was_cut_off_while_made_begins_anew_and_while_told_goes_on_beside_the_open_hall(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    words = ["demo", "--home", str(home), "--seed-only", "--cases", "16"]
    kill_when(words, (home / demo.CUT_OFF).exists)
    assert (home / demo.CUT_OFF).exists()
    (home / "catatan.txt").write_text("milik orang lain")
    first = kill_when(words, lambda: any(each.items for each in told(home)))
    assert "it begins anew" in first
    assert not (home / demo.CUT_OFF).exists()
    assert (home / "catatan.txt").exists()  # what the city did not make stays
    with opened(home) as url:
        assert wait_for(lambda: {each.state for each in told(home)} == {progress.TOLD}), told(home)
        with urlopen(url) as page:
            assert page.status == 200
        assert wait_for(lambda: count_owed(home) == 0), "what the stories owe is delivered"
        assert wait_for(lambda: count_unlogged(home) == 0), "what they told, days ago by their own dates, is in the log"
    with closing(sqlite3.connect(home / "balai.sqlite3")) as line:
        cases = line.execute("SELECT count(*) FROM cases_case").fetchone()[0]
    assert (
        len(seed.SITI) + 15 <= cases <= len(seed.SITI) + len(seed.OTHERS) + 3 + 16
    )  # the one that was just being sent may be missing
    looked = run(["doctor", "--home", str(home)])
    assert looked.returncode == 0 and " BAD " not in looked.stdout, looked.stdout


def count_owed(home: Path) -> int:
    """Count the messages that wait since before now."""
    with closing(sqlite3.connect(home / "balai.sqlite3", timeout=20)) as line:
        found = line.execute(
            "SELECT count(*) FROM base_message WHERE state = 'waiting' AND due_at < datetime('now', '-1 minute')"
        )
        return int(found.fetchone()[0])


def count_unlogged(home: Path) -> int:
    """Count the entries of the journal that have no place in the public log yet."""
    with closing(sqlite3.connect(home / "balai.sqlite3", timeout=20)) as line:
        return int(line.execute("SELECT count(*) FROM base_entry WHERE global_seq IS NULL").fetchone()[0])


ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith(("BALAI_", "DJANGO_"))}
ENVIRONMENT["PYTHONPATH"] = str(settings.ROOT / "src")
PROGRAM = [sys.executable, "-m", "balai.doors.console"]


def run(words: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run([*PROGRAM, *words], env=ENVIRONMENT, capture_output=True, text=True, timeout=180)


@contextmanager
def opened(home: Path) -> Iterator[str]:
    """Open the city that stands in a home, and give the address of its first page once it answers."""
    port = free_port()
    words = ["demo", "--home", str(home), "--port", str(port)]
    child = subprocess.Popen([*PROGRAM, *words], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        said = iter(child.stdout.readline, "")
        assert "Making the demonstration city" not in "".join(
            takewhile(lambda line: "Stop with Ctrl+C" not in line, said)
        )
        yield f"http://127.0.0.1:{port}/demo/"
    finally:
        child.terminate()
        child.communicate(timeout=30)


def wait_for(holds: Callable[[], bool]) -> bool:
    """Wait until something holds, two minutes at most."""
    end = time.monotonic() + 120
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


def kill_when(words: list[str], holds: Callable[[], bool]) -> str:
    """Run a command, kill it as soon as something holds, and give what it said."""
    child = subprocess.Popen(
        [*PROGRAM, *words], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    wait_for(lambda: holds() or child.poll() is not None)
    os.killpg(child.pid, signal.SIGKILL)
    return child.communicate()[0]


def told(home: Path) -> list[progress.Progress]:
    city = progress.read(home)
    return list(city.progress.values()) if city else []
