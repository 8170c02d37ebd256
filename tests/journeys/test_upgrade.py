"""A hall that release 0.1.0 made is opened by today's code: nothing is lost, nothing is changed, letters verify, the journal holds."""

import json
import re
import socket
import subprocess
import sys
import tarfile

import httpx
import pytest
from tests.journeys.hall import SOURCE, Hall
from tools.make_upgrade_fixture import FOLDER, MOST, run, tell

pytestmark = pytest.mark.one_database
PACKED = sorted(FOLDER.glob("home-*.tar.xz"))
# The doctor rightly says that this is a demonstration without a mail server, and that two tasks lie where nobody can do them: so
# they did in the release, whose doctor did not look.
BY_THE_TEST = {"plugs", "address", "demo", "work"}


@pytest.fixture(scope="module", params=PACKED, ids=lambda path: path.name.removesuffix(".tar.xz"))
def upgraded(request, tmp_path_factory):
    """Unpack a home, and start today's hall on it once, which brings its tables up to date."""
    folder = tmp_path_factory.mktemp("upgrade")
    with tarfile.open(request.param) as packed:
        packed.extractall(folder, filter="data")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "balai.doors.console", "serve", "--no-worker", "--home", str(folder / "home")]
    hall = Hall(f"http://127.0.0.1:{port}", folder / "home", None, [*command, "--port", str(port)])
    hall.before = json.loads((folder / "told.json").read_text())
    hall.start()
    try:
        yield hall
    finally:
        hall.process.terminate()
        hall.process.wait(20)


def console(hall, *words):
    return subprocess.run(
        [sys.executable, "-m", "balai.doors.console", *words, "--home", str(hall.home)],
        env={"PYTHONPATH": str(SOURCE), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_fixtures_are_small_and_hold_something_of_everything():
    assert [path.name for path in PACKED] == ["home-0.1.0.tar.xz"]
    for path in PACKED:
        assert path.stat().st_size <= MOST
        with tarfile.open(path) as packed:
            told = json.loads(packed.extractfile("told.json").read())
        assert all(
            told[kind] for kind in ("cases", "tasks", "letters", "documents", "notices", "roles", "accounts", "persons")
        )
        assert all(result == "identical" and valid for _, _, _, result, valid in told["letters"].values())
        assert told["journal"] == []


def test_everything_is_there_and_opens_as_it_did(upgraded):
    after = tell(SOURCE, upgraded.home)
    for kind in upgraded.before:
        assert after[kind] == upgraded.before[kind], kind


def test_what_was_taken_away_would_be_missed(upgraded, tmp_path):
    """Proof that the test above can fail: one byte of one document."""
    broken = tmp_path / "home"
    subprocess.run(["cp", "-a", str(upgraded.home), str(broken)], check=True)
    document = next(path for path in sorted((broken / "documents").rglob("*")) if path.is_file())
    changed = bytearray(document.read_bytes())
    changed[len(changed) // 2] ^= 1
    document.write_bytes(changed)
    with pytest.raises(SystemExit, match="Tampered"):
        tell(SOURCE, broken)


def test_the_journal_still_verifies(upgraded):
    told = console(upgraded, "verify-journal", "--deep")
    assert told.returncode == 0, told.stdout
    assert "The journal holds." in told.stdout


def test_the_doctor_finds_nothing_that_the_upgrade_broke(upgraded):
    told = console(upgraded, "doctor", "--json")
    found = json.loads(told.stdout)
    bad = [each for each in found if each["state"] == "bad" and each["check"] not in BY_THE_TEST]
    assert bad == []
    assert len(found) > 8


def test_a_letter_of_the_release_verifies_at_the_halls_own_page(upgraded):
    number, (code, *_) = next(iter(upgraded.before["letters"].items()))
    page = httpx.get(f"{upgraded.url}/v/{code}")
    assert page.status_code == 200
    assert number in page.text
    assert re.search(r"\w\*\*\*", page.text)  # its holder, masked


def test_an_upgrade_done_twice_changes_nothing(upgraded):
    migrate = "import django; django.setup(); from balai.doors.console import installation; installation.migrate()"
    run(SOURCE, "-c", migrate, BALAI_HOME=str(upgraded.home), BALAI_DEMO="1")
    assert tell(SOURCE, upgraded.home) == upgraded.before
