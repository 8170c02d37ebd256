"""The documented machine as it stands: units, user, paths, ports, proxy and backup of `deploy/one-machine`, nothing put in their place
but the certificate."""

import json
import re
import subprocess
import time

import pytest
from tests.journeys.deployed import DEPLOY, ON_A_MACHINE, UID, URL, open_place, read_environment, read_unit

pytestmark = [ON_A_MACHINE, pytest.mark.one_database]
HERE = DEPLOY / "one-machine"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with open_place(tmp_path_factory.mktemp("machine")) as place:
        place.serve_tls(HERE / "nginx.conf")
        place.environment = read_environment(HERE / "env")
        place.hall = place.start(HERE / "balai.service", place.environment, "hall.log")
        place.wait(f"{URL}/", "hall.log")
        yield place


def header(answer, name):
    return [value for key, value in answer["headers"] if key == name]


def test_every_unit_is_one_that_systemd_takes(place):
    units = sorted(DEPLOY.glob("*/*.service")) + sorted(DEPLOY.glob("*/*.timer"))
    assert len(units) == 5
    for unit in units:
        told = subprocess.run(
            [*place.enter(), "systemd-analyze", "verify", f"/opt/balai/{unit.relative_to(DEPLOY.parent)}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (told.returncode, told.stdout, told.stderr) == (0, "", ""), unit.name


def test_systemd_tells_what_is_wrong_with_a_unit(place, tmp_path):
    """Proof that the test above can fail."""
    wrong = place.folder / "wrong.service"
    wrong.write_text((HERE / "balai.service").read_text().replace("/opt/balai/balai serve", "/opt/balai/nothing serve"))
    told = subprocess.run(
        [*place.enter(mounts=False), "systemd-analyze", "verify", str(wrong)], capture_output=True, check=False
    )
    assert told.returncode != 0


def test_every_answer_is_secure_and_no_header_stands_twice(place):
    style = re.search(r'href="(/-/[^"]+\.css)"', place.ask("GET", f"{URL}/")["body"])[1]
    for path in ("/", style, "/api/v1/services", "/nowhere/", "/akun/login/"):
        answer = place.ask("GET", URL + path)
        assert header(answer, "strict-transport-security") == ["max-age=31536000"], path
        assert header(answer, "x-content-type-options") == ["nosniff"], path
        assert len(header(answer, "x-frame-options")) <= 1
        assert len(header(answer, "content-security-policy")) <= 1


def test_plain_http_leads_to_the_hall_whatever_host_is_asked_for(place):
    answer = place.ask("GET", "http://127.0.0.1/layanan/?q=a", Host="elsewhere.example")
    assert (answer["status"], header(answer, "location")) == (301, [f"{URL}/layanan/?q=a"])


def test_a_form_works_behind_tls_and_a_foreign_one_does_not(place):
    page = place.ask("GET", f"{URL}/akun/login/")
    cookie = next(value for value in header(page, "set-cookie") if value.startswith("__Host-csrf="))
    assert "; Secure" in cookie
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page["body"])[1]
    form = {"csrfmiddlewaretoken": token, "login": "siti@kota.example", "password": "bukan-kata-sandinya"}
    sent = {"Cookie": cookie.split(";")[0]}
    taken = place.ask("POST", f"{URL}/akun/login/", form, Origin=URL, **sent)
    assert taken["status"] == 200  # the page again: nobody signs in so; refused it would be 403
    assert "kedaluwarsa" not in taken["body"]
    foreign = place.ask("POST", f"{URL}/akun/login/", form, Origin="https://elsewhere.example", **sent)
    assert foreign["status"] == 403


def test_what_is_too_large_is_refused_in_words_of_both_languages(place):
    answer = place.ask("POST", f"{URL}/akun/login/", {"a": "x" * (64 * 1024 * 1024 + 9)}, Origin=URL)
    assert answer["status"] == 413
    assert "terlalu besar" in answer["body"]
    assert "too large" in answer["body"]
    assert header(answer, "strict-transport-security") == ["max-age=31536000"]


def test_a_visitor_counts_by_what_the_proxy_saw_and_not_by_what_they_say(place):
    """What a visitor writes into X-Forwarded-For stands before what the proxy saw."""
    for number in range(60):
        answer = place.ask("GET", f"{URL}/lacak/SKU-0000-0000/abc/", **{"X-Forwarded-For": f"10.1.1.{number}"})
        if answer["status"] == 429:
            return
    raise AssertionError(f"still {answer['status']} after sixty addresses")


def test_the_home_is_its_users_alone(place):
    home = place.inside("/srv/balai")
    for path in (home, *home.rglob("*")):
        assert path.stat().st_uid == UID, path
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_backup_is_made_by_its_unit_and_rises_again(place):
    place.run(HERE / "balai-backup.service", place.environment)
    proven = json.loads(place.inside("/srv/balai/status/backup.json").read_text(encoding="utf-8"))
    assert proven["fault"] == "", "restored on trial too, as the unit asks"
    folder = place.inside("/var/backups/balai")
    (made,) = folder.glob("balai-*.tar")
    assert made.stat().st_mode & 0o077 == 0
    old = folder / "balai-20260101-020000.tar"
    old.write_bytes(b"")
    subprocess.run(["touch", "-d", "40 days ago", str(old)], check=True)
    other = folder / "letters.tar"
    other.write_bytes(b"")
    subprocess.run(["touch", "-d", "40 days ago", str(other)], check=True)
    place.run(HERE / "balai-backup.service", place.environment, key="ExecStartPost")
    assert sorted(path.name for path in folder.glob("*.tar")) == [made.name, other.name]
    line = [*place.enter(), "setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "/opt/balai/balai"]
    told = subprocess.run(
        [*line, "restore", f"/var/backups/balai/{made.name}", "--home", "/var/backups/balai/again"],
        capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin", **place.environment},
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
    assert place.inside("/var/backups/balai/again/balai.sqlite3").is_file()


def test_the_timer_starts_the_backup(place):
    timer = read_unit(HERE / "balai-backup.timer")
    assert "Unit" not in timer["Timer"]  # then it starts the service of its own name
    assert (HERE / "balai-backup.service").is_file()
    told = subprocess.run(
        ["systemd-analyze", "calendar", timer["Timer"]["OnCalendar"]], capture_output=True, text=True, check=True
    )
    assert "Next elapse" in told.stdout


def test_a_unit_that_is_stopped_ends_and_comes_up_again_with_what_it_had(place):
    begun = time.monotonic()
    place.end(place.hall)
    closed = place.ask("GET", f"{URL}/")
    assert (closed["status"], header(closed, "retry-after")) == (503, ["60"])
    assert "tunggu sebentar" in closed["body"]
    assert header(closed, "strict-transport-security") == ["max-age=31536000"]
    assert time.monotonic() - begun < float(read_unit(HERE / "balai.service")["Service"]["TimeoutStopSec"])
    place.hall = place.start(HERE / "balai.service", place.environment, "hall-2.log")
    place.wait(f"{URL}/", "hall-2.log")
    answer = place.ask("GET", f"{URL}/api/v1/services")
    assert json.loads(answer["body"]) is not None
