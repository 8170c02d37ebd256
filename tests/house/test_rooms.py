"""Rooms are held by the house from their first line, may be closed and retired, and the hall stands without any of them."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests import prepared
from tests.house import copies
from tests.house.source import ROOT, SOURCE
from tests.warm import Warm, started

from balai.base import rooms

WATCHED = (
    "tests/house/test_floors.py", "tests/house/test_write_path.py", "tests/house/test_doors.py", "tests/house/test_holdings.py",
)  # fmt: skip
# What a room's folder cannot change is left to the house itself: odd requests, the public address, the installer, the container, who is answered what, schemas of files, the suite itself.
APART = (
    "test_rooms",
    "retired",
    "odd_requests",
    "own_address",
    "installer",
    "container",
    "caching",
    "matrix",
    "test_protection",
    "test_readings",
    "test_schemas",
    "test_suite",
    "languages",
    "test_words",
    "test_new_hall",
)
# What pages say is proven with the rooms there; `--all` runs everything once with all of them gone.
HOUSE = ("tests/house", "-m", "not long", "-k", " and ".join(f"not {name}" for name in APART))

# Faults that once passed in silence, each with the lines that make it and the test that must turn red.
FAULTS = {
    "an unguarded page": (
        "web.py",
        '\n\ndef show_all(request: HttpRequest) -> HttpResponse:\n    """Show everything to anybody."""\n    return HttpResponse("")\n',
        "test_every_address_of_ours_says_who_may_enter",
    ),
    "a clock read": (
        "queries.py",
        '\n\ndef tell_time() -> object:\n    """Tell the time."""\n    from django.utils import timezone\n\n    return timezone.now()\n',
        "test_nothing_below_the_doors_reads_the_clock",
    ),
    "bare SQL below a door": (
        "listeners.py",
        '"""Hears."""\n\nfrom balai.base import sql\n\n\ndef clear() -> None:\n    """Clear."""\n    sql.execute("DELETE FROM room_trial_entry", [])\n',
        "test_tables_are_touched_by_actions_queries_and_policy_alone",
    ),
    "a table about people that nobody registered": (
        "models.py",
        '\n\nclass Watcher(models.Model):\n    """Somebody who watches."""\n\n    watched_by = models.UUIDField()\n',
        "test_every_table_that_leads_to_a_person_belongs_to_a_holding",
    ),
    "an undocumented write": (
        "actions.py",
        "\n\ndef wipe() -> None:\n    Entry.objects.all().delete()\n",
        "test_public_functions_say_what_they_do",
    ),
}


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a copy of the checkout with a trial room in it, as the command writes it."""
    made = copies.take(tmp_path_factory.mktemp("trial"))
    told = copies.run(made, "-m", "balai.doors.console", "new-room", "trial", "--title", "Kabar Uji")
    assert told.returncode == 0, told.stdout + told.stderr
    shutil.rmtree(made / ".home", ignore_errors=True)
    prepared.lay(made / ".home")  # with the tables of every room but this one
    manage(
        made, "import django; django.setup()", "from balai.doors.console import installation; installation.migrate()"
    )
    return made


@pytest.mark.long  # by default the room that the page leads to is held against the house, see below
def test_a_room_that_was_just_written_is_well(trial: Path) -> None:
    judged = copies.run(trial, "-m", "balai.doors.console.roomcheck")
    assert judged.returncode == 0, judged.stderr
    told = copies.test(trial, *WATCHED, "src/balai/rooms/trial")
    assert told.returncode == 0, told.stdout[-3000:]


def test_each_fault_of_a_trial_room_turns_the_house_red(trial: Path, tmp_path: Path) -> None:
    room = trial / "src/balai/rooms/trial"
    kept = tmp_path / "kept"
    shutil.copytree(room, kept)
    try:
        for file, lines, _ in FAULTS.values():
            path = room / file
            path.write_text((path.read_text() if path.is_file() else "") + lines)
        urls = room / "urls.py"
        urls.write_text(urls.read_text().replace("\n]\n", '\n    path("trial/semua/", web.show_all, name="all"),\n]\n'))
        # the write is seen in its own right as well: no deed, and a listener that changes a table
        red = {test for _, _, test in FAULTS.values()} | {
            "test_an_action_that_changes_a_table_is_a_deed", "test_only_actions_change_tables",
        }  # fmt: skip
        told = copies.test(trial, *WATCHED, "-k", " or ".join(sorted(red)))
        assert red <= copies.failed(told), told.stdout[-3000:]
    finally:
        shutil.rmtree(room)
        shutil.copytree(kept, room)


SPOILT = {
    "[owner]: The text is empty": {"owner": ""},
    "[holds.Entry.basis]: \"z\" is not known here": {"holds": {"Entry": {"what": {"id": "a", "en": "b"}, "basis": "z", "status": "unconfirmed", "forgotten": "stays"}}},
    "says nobody, but author": {"holds": {"Entry": "nobody"}},
    "is forgotten with-person, but holdings.py keeps it": {"holds": {"Entry": {"what": {"id": "a", "en": "b"}, "basis": "e", "status": "unconfirmed", "forgotten": "with-person"}}},
    "holdings.py says another basis: e": {"holds": {"Entry": {"what": {"id": "a", "en": "b"}, "basis": "c", "status": "unconfirmed", "forgotten": "stays"}}},
    "holdings.py says otherwise whether": {"holds": {"Entry": {"what": {"id": "a", "en": "b"}, "basis": "e", "status": "confirmed", "forgotten": "stays"}}},
    "holds must say of every table": {"holds": {}},
    "sends does not name trial.added": {"sends": []},
    "hears names people.never": {"hears": ["people.never"]},
    "is one of every hall": {"roles": {"head": {"id": "Ketua", "en": "Chair"}}},
    "[purpose]: The key \"en\" is missing": {"purpose": {"id": "Hanya satu"}},
    "operations tells of trial.put_up, which no listener": {"operations": {"trial.put_up": {"inputs": {"about": "text"}}}},
    "[archive]: The key \"from\" is missing": {"archive": {"class": "000"}},
    "Unknown key \"colour\"": {"colour": "red"},
}  # fmt: skip


def test_what_a_room_says_wrongly_of_itself_is_told(trial: Path) -> None:
    told = manage(
        trial, "import json, sys; import django; django.setup()", "from dataclasses import replace",
        "from balai.base import rooms", "from balai.doors.console.roomcheck import judge", "room = rooms.get_room('trial')",
        f"spoilt = json.loads({json.dumps(SPOILT)!r})",
        "print(json.dumps({words: judge(replace(room, told={**room.told, **change})) for words, change in spoilt.items()}))",
    )  # fmt: skip
    for words, faults in json.loads(told).items():
        assert any(words in fault for fault in faults), (words, faults)


def manage(trial: Path, *words: str, **environment: str) -> str:
    """Run a script of a few lines in a hall of the copy, and give what it printed."""
    told = copies.run(trial, "-c", "\n".join(words), DJANGO_SETTINGS_MODULE="balai.project.settings", **environment)
    assert told.returncode == 0, told.stderr[-2000:]
    return told.stdout.strip()


ASK = ("import django; django.setup()", "from django.test import Client", "c = Client(SERVER_NAME='localhost')")


def test_a_closed_room_shows_no_page_and_keeps_its_duties(trial: Path) -> None:
    page = (*ASK, "print(c.get('/trial/').status_code)")
    assert manage(trial, *page) == "200"
    assert manage(trial, *page, BALAI_ROOMS="none") == "404"
    tables = (*ASK, "from django.apps import apps", "print(apps.get_model('room_trial', 'Entry').objects.count())")
    assert manage(trial, *tables, BALAI_ROOMS="none") == "0"
    told = copies.run(trial, "-m", "balai.doors.console", "rooms", BALAI_ROOMS="none")
    assert re.search(r"^trial +closed ", told.stdout, re.MULTILINE), told.stdout
    wrong = copies.run(
        trial, "-c", "\n".join(page), BALAI_ROOMS="trail", DJANGO_SETTINGS_MODULE="balai.project.settings"
    )
    assert "BALAI_ROOMS names trail" in wrong.stderr


def test_a_room_with_rows_goes_by_retiring_alone(trial: Path, tmp_path: Path) -> None:
    manage(
        trial, "import django; django.setup()",
        "from tests.cast import NOW, make_cast", "from uuid import uuid4", "from balai.rooms.trial import actions",
        "cast = make_cast(NOW)",
        "actions.add_entry(command_id=uuid4(), actor=cast.ratna.officer, now=NOW, text='Kabar')",
    )  # fmt: skip
    room, away = trial / "src/balai/rooms/trial", tmp_path / "away"
    shutil.move(room, away)
    lost = copies.run(trial, "-c", "import django; django.setup()\nfrom balai.doors.console import installation; installation.migrate()",
                      DJANGO_SETTINGS_MODULE="balai.project.settings")  # fmt: skip
    assert lost.returncode == 1
    assert "The room trial is gone" in lost.stderr
    shutil.move(away, room)
    retire = ("-m", "balai.doors.console", "rooms", "retire", "trial")
    unsaid = copies.run(trial, *retire)
    assert unsaid.returncode == 1
    assert "--rows 1" in unsaid.stdout
    assert copies.run(trial, *retire, "--rows", "7").returncode == 1
    done = copies.run(trial, *retire, "--rows", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.move(room, away)
    try:
        told = manage(
            trial, "import django; django.setup()", "from balai.doors.console import installation; installation.migrate()",
            "from balai.base import journal_check", "from balai.base.models import Entry",
            "print(Entry.objects.filter(stream='rooms').values_list('action', 'body')[0], journal_check.verify_journal().faults)",
        )  # fmt: skip
        assert told == "('retired', {'room': 'trial', 'rows': {'room_trial_entry': 1}}) ()"
    finally:
        shutil.move(away, room)


# ---- the hall without its rooms -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a copy of the checkout, with a home that has all tables, out of which one room after the other is taken."""
    made = copies.take(tmp_path_factory.mktemp("bare"))
    prepared.lay(made / ".home")
    return made


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with started() as process:
        yield process


STANDS = """
import django; django.setup()
from django.core.management import call_command; call_command('makemigrations', check=True, dry_run=True)
from django.test import Client; assert Client(SERVER_NAME='localhost').get('/').status_code == 200
"""


@pytest.mark.parametrize("name", rooms.names())
def test_the_hall_stands_with_a_rooms_folder_gone(bare: Path, warm: Warm, name: str, tmp_path: Path) -> None:
    """It begins, no other app's migrations ask for those of the room, and its first page comes; see below for the rest."""
    room = bare / "src/balai/rooms" / name
    shutil.move(room, tmp_path / name)
    try:
        settings = copies.environment(bare, BALAI_DATABASE="", DJANGO_SETTINGS_MODULE="balai.project.settings")
        told = warm.run(STANDS, settings, cwd=bare)
    finally:
        shutil.move(tmp_path / name, room)
    assert told.returncode == 0, told.stderr[-2000:]


@pytest.mark.parametrize(
    "gone", [rooms.names(), *(pytest.param((name,), marks=pytest.mark.long) for name in rooms.names())]
)
def test_the_house_holds_with_rooms_folders_gone(gone: Sequence[str], tmp_path: Path) -> None:
    """All of them at once by default, each alone among the long tests: a minute each. Its test database is migrated anew."""
    made = without(tmp_path, *gone)
    checked = copies.run(made, "-m", "balai.doors.console", "check")
    assert checked.returncode == 0, checked.stdout[-2000:]
    told = copies.test(made, *HOUSE)
    assert told.returncode == 0, told.stdout[-3000:]


def without(folder: Path, *names: str) -> Path:
    """Make a copy of the checkout without some rooms' folders."""
    made = copies.take(folder)
    for name in names:
        room = made / "src/balai/rooms" / name
        offered = read_room(room).get("operations", {})
        for service in (made / "services").glob(
            "*/service.yaml"
        ):  # what stands on an operation of the room goes with it
            if any(f"operation: {one}" in service.read_text("utf-8") for one in offered):
                shutil.rmtree(service.parent)
        shutil.rmtree(room)
    return made


def read_room(room: Path) -> dict[str, Any]:
    """Read a room's own sheet."""
    told: dict[str, Any] = yaml.safe_load((room / "room.yaml").read_text("utf-8"))
    return told


@pytest.mark.long
def test_the_whole_suite_passes_with_all_rooms_gone(tmp_path: Path) -> None:
    made = without(tmp_path, *rooms.names())
    told = copies.test(made, "tests", "src", "-m", "not long and not browser", "-k", "not test_rooms", timeout=3000)
    assert told.returncode == 0, told.stdout[-3000:]


# ---- the way a newcomer takes ---------------------------------------------------------------------------------------


def test_no_source_file_is_longer_than_one_can_hold_in_mind() -> None:
    long = {
        path.relative_to(SOURCE).as_posix(): count
        for path in SOURCE.rglob("*.py")
        if (count := len(path.read_text("utf-8").splitlines())) > 700 and "migrations" not in path.parts
    }
    assert long == {}, "no file over 700 lines: make it a package of the same name"


def test_the_page_on_adding_a_room_can_be_followed(tmp_path: Path) -> None:
    """Write the room, apply each change as it stands on the page, and hold the room against the house."""
    made = copies.take(tmp_path)
    page = (ROOT / "docs/handbook/add-a-room.md").read_text("utf-8")
    written = copies.run(made, "-m", "balai.doors.console", "new-room", "board", "--title", "Papan kabar")
    assert written.returncode == 0, written.stderr
    changes = re.findall(r"```diff\n(.*?)```", page, re.DOTALL)
    assert len(changes) >= 4
    for change in changes:
        applied = subprocess.run(
            ["git", "apply", "--recount", "--unidiff-zero", "-"], cwd=made, input=change, text=True, capture_output=True, check=False
        )  # fmt: skip
        assert applied.returncode == 0, applied.stderr + change
    moved = copies.run(made, "manage.py", "makemigrations", "room_board")
    assert moved.returncode == 0, moved.stderr
    assert "until" in moved.stdout
    told = copies.test(made, "tests/house/test_write_path.py", "src/balai/rooms/board")
    assert told.returncode == 0, told.stdout[-3000:]


def test_the_command_writes_what_the_page_says(trial: Path) -> None:
    page = (ROOT / "docs/handbook/add-a-room.md").read_text("utf-8")
    told = set(re.findall(r"^\| `([\w./]+)` \|", page, re.MULTILINE))
    room = trial / "src/balai/rooms/trial"
    written = {
        path.relative_to(room).parts[0]
        for path in room.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert told == {name + ("/" if (room / name).is_dir() else "") for name in written}


def test_a_service_may_ask_for_what_a_room_offers_without_django(trial: Path) -> None:
    """`balai check` reads a folder with no Django loaded: what rooms offer stands in their room.yaml."""
    told = trial / "src/balai/rooms/trial/room.yaml"
    kept = told.read_text()
    told.write_text(kept + "operations: {trial.put_up: {inputs: {about: text}, outputs: {line: text}}}\n")
    try:
        script = (
            "from pathlib import Path; from balai.casework.catalogue import folders; from balai.engine import manifest",
            "folders.read_folder(Path('services/surat-keterangan-usaha'), Path('town'))",
            "print(dict(manifest.OPERATIONS['trial.put_up'].inputs))",
        )
        read = copies.run(trial, "-c", "\n".join(script))
        assert read.stdout.strip() == "{'about': 'text'}", read.stderr
    finally:
        told.write_text(kept)
