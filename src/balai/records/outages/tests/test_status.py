"""The status page stands in files outside the process, tells the last truth and how old it is, and never why something is broken."""

import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.test import Client
from tests.cast import NOW, make_cast

from balai.base import readonly
from balai.base.outbox import Worker
from balai.doors.console.demo.cast import CONSOLE
from balai.records.outages import actions, checks, status

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[5]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: LazySettings) -> Iterator[Path]:
    make_cast(NOW)
    place = tmp_path / "public"
    place.mkdir()
    settings.BALAI_STATUS = str(place)
    yield place
    readonly.set_mark(None)


def announce() -> None:
    actions.announce(
        command_id=uuid4(), actor=CONSOLE, now=NOW, text_id="Surel <tertunda>.", text_en="Mail is delayed."
    )


def test_it_tells_in_both_languages_without_a_script(folder: Path) -> None:
    announce()
    assert status.write(NOW)
    page = (folder / "index.html").read_text("utf-8")
    for words in (
        "Surel &lt;tertunda&gt;.",
        "Mail is delayed.",
        'lang="id"',
        'lang="en"',
        "more than 5 minutes ago",
        "2 Maret 2026",
    ):
        assert words in page
    assert "<script" not in page and "style=" not in page
    assert "http-equiv" not in page, "a page that reloads by itself takes the reader's place away"
    told = json.loads((folder / "status.json").read_text("utf-8"))
    assert (told["state"], told["at"]) == ("well", NOW.isoformat())


def test_everybody_may_read_it_and_nothing_is_left_half(folder: Path) -> None:
    status.write(NOW)
    for file in folder.iterdir():
        assert file.stat().st_mode & 0o444 == 0o444
        assert not file.name.startswith(".")


def test_a_change_is_told_at_once_also_that_the_hall_is_read_only(folder: Path) -> None:
    status.write(NOW)
    actions.make_read_only(command_id=uuid4(), actor=CONSOLE, now=NOW, why_id="Diperiksa.", why_en="Under examination.")
    Worker().handle(NOW)
    told = json.loads((folder / "status.json").read_text("utf-8"))
    assert (told["state"], told["why"]["en"]) == ("read-only", "Under examination.")
    assert readonly.read_mark() is not None


def test_past_outages_are_told_and_drills_are_not(folder: Path) -> None:
    for drill in (False, True):
        began = NOW - timedelta(days=2 if drill else 1)
        actions.record_outage(
            command_id=uuid4(), actor=CONSOLE, now=NOW, began_at=began, ended_at=began + timedelta(hours=2), drill=drill
        )
    assert len(status.gather(NOW)["outages"]) == 1  # type: ignore[arg-type]


def test_a_folder_that_is_not_there_is_a_note_of_the_doctor_and_no_failure(folder: Path) -> None:
    shutil.rmtree(folder)
    assert not status.write(NOW)
    (found,) = checks.status_page(folder, NOW)
    assert found.state == "note" and str(folder) in found.words


def test_the_process_sends_it_too_and_every_page_leads_there(folder: Path) -> None:
    assert Client().get("/keadaan/").status_code == 404
    status.write(NOW)
    answer = Client().get("/keadaan/")
    assert answer.status_code == 200 and "Keadaan layanan" in answer.content.decode()
    assert Client().get("/keadaan/status.json").json()["state"] == "well"
    assert Client().get("/keadaan/../settings.py").status_code == 404
    assert 'href="/keadaan/"' in Client().get("/").content.decode()


@pytest.mark.skipif(shutil.which("nginx") is None, reason="no nginx here")
def test_a_real_proxy_answers_while_the_hall_is_dead(folder: Path, tmp_path: Path) -> None:
    """The locations of deploy/one-machine as they stand, before a port at which nobody listens."""
    announce()
    status.write(NOW)
    site = (ROOT / "deploy" / "one-machine" / "nginx.conf").read_text("utf-8")
    inner = site[site.index("    location / {\n        proxy_pass") : site.rindex("}")]
    inner = inner.replace("/var/www/balai", str(folder)).replace("http://balai;", "http://127.0.0.1:9;")
    port, logs = 18089, tmp_path / "logs"
    logs.mkdir()
    temp = "".join(f"{kind}_temp_path {logs}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {logs}/pid; error_log {logs}/error.log; user root; events {{}} http {{ access_log off; {temp}"
        f"include /etc/nginx/mime.types; server {{ listen 127.0.0.1:{port}; {inner} }} }}"
    )
    tmp_path.chmod(0o755)
    proxy = subprocess.Popen(["nginx", "-c", str(tmp_path / "nginx.conf")])
    try:
        assert _ask(f"http://127.0.0.1:{port}/keadaan/")[0] == 200
        assert "Mail is delayed." in _ask(f"http://127.0.0.1:{port}/keadaan/")[1]
        for data in (None, b"a=1"):
            code, page = _ask(f"http://127.0.0.1:{port}/layanan/", data)
            assert code == 503 and "The service cannot be reached just now" in page and "Mail is delayed." in page
        (folder / "maintenance.html").unlink()
        code, page = _ask(f"http://127.0.0.1:{port}/")
        assert code == 503 and "The service cannot be reached just now" in page
    finally:
        proxy.terminate()
        proxy.wait(10)


def _ask(url: str, data: bytes | None = None) -> tuple[int, str]:
    for _ in range(50):
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data), timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")
