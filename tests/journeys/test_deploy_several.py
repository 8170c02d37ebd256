"""Several machines: two web machines and a worker on one PostgreSQL behind the proxy of `deploy/several`, by their own units."""

import re
import time
from pathlib import Path

import pytest
from tests.journeys.deployed import DEPLOY, ON_A_MACHINE, URL, open_place, read_environment

from balai.doors.console import machine

# one machine behind TLS is walked by default (test_deploy_walk), several among the long tests
pytestmark = [ON_A_MACHINE, pytest.mark.one_database, pytest.mark.long]
HERE = DEPLOY / "several"
WEB = ("10.0.0.11", "10.0.0.12")
DATABASE, MAIL = "10.0.0.20", "10.0.0.30"
PASSWORD = "kabut-di-atas-mahakam-7"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with open_place(tmp_path_factory.mktemp("several"), *WEB, DATABASE, MAIL) as place, machine.postgres() as address:
        if address is None:
            assert not machine.is_ci()
            pytest.skip("NOT WALKED: there is no PostgreSQL here")
        place.serve_tls(HERE / "nginx.conf")
        place.forward(DATABASE, 5432, int(re.search(r":(\d+)/", address)[1]))
        place.settings = read_environment(HERE / "env", BALAI_DATABASE=f"postgresql://balai@{DATABASE}/balai")
        place.webs = []
        for number, each in enumerate(WEB, 1):  # one after the other: the first makes the tables
            here, log = place.settings | {"LISTEN": each}, f"web-{each}.log"
            place.webs.append(place.start(HERE / "balai-web.service", here, log, name=f"web-{number}"))
            place.wait(f"http://{each}:8000/", log)
        place.worker = place.start(HERE / "balai-worker@.service", place.settings, "worker.log", name="work-1")
        yield place


def ask(place, who, path, form=None):
    """Ask one web machine as the proxy does, with the cookies of somebody who is signed in."""
    answer = place.ask(
        "POST" if form is not None else "GET", f"http://{who}:8000{path}", form,
        Host="layanan.kota.example", Cookie="; ".join(f"{k}={v}" for k, v in place.jar.items()), Origin=URL,
        **{"X-Forwarded-For": "10.9.9.9"},
    )  # fmt: skip
    for name, value in answer["headers"]:
        if name == "set-cookie":
            key, _, rest = value.partition("=")
            place.jar[key] = rest.partition(";")[0]
    return answer


def send(place, who, path, **fields):
    page = ask(place, who, path)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page["body"])
    assert token, page["body"]
    return ask(place, who, path, {"csrfmiddlewaretoken": token[1], **fields})


@pytest.fixture(scope="module")
def administrator(place):
    links = [
        found
        for each in WEB
        for found in re.findall(r"/pemasangan/\S+", (place.folder / f"web-{each}.log").read_text())
    ]
    place.jar = {}
    made = send(place, WEB[0], links[-1], name="Joko Contoh", email="joko@kota.example", password=PASSWORD)
    assert made["status"] == 302, made["body"]
    return "joko@kota.example"


def is_in(place, who):
    """Tell whether a web machine takes this browser for somebody who is signed in."""
    answer = ask(place, who, "/akun/2fa/")
    return answer["status"] == 200 or "login" not in dict(answer["headers"]).get("location", "login")


def test_who_signs_in_or_out_at_one_machine_does_so_at_all(place, administrator):
    assert [is_in(place, who) for who in WEB] == [False, False]
    assert send(place, WEB[0], "/akun/login/", login=administrator, password=PASSWORD)["status"] == 302
    assert [is_in(place, who) for who in WEB * 3] == [True] * 6  # several processes at each machine
    kept = dict(place.jar)
    assert send(place, WEB[1], "/akun/logout/")["status"] == 302
    place.jar = kept  # the cookie itself, as whoever copied it would send it
    assert [is_in(place, who) for who in WEB * 3] == [False] * 6


def test_a_worker_apart_does_what_a_page_owed(place, administrator):
    """Nobody at the web machines works the outbox; what a page owes is done all the same."""
    place.jar = {}
    box = place.serve_mail(MAIL)
    answer = send(place, WEB[0], "/akun/password/reset/", email=administrator)
    assert answer["status"] == 302
    end = time.monotonic() + 40
    while time.monotonic() < end and not list(box.glob("new/*")):
        time.sleep(0.2)
    (mail,) = [Path(path).read_bytes() for path in box.glob("new/*")]
    assert f"{URL}/akun/password/reset/key/".encode() in mail.replace(b"=\n", b"")


def test_the_hall_answers_while_one_machine_is_down(place):
    place.end(place.webs[0])
    assert [place.ask("GET", f"{URL}/layanan/")["status"] for _ in range(6)] == [200] * 6
