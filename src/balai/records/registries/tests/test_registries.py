"""Looking residents up: what is recorded, what is answered, and what a broken registry does."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from balai.base import access_log
from balai.base.actors import Actor
from balai.base.errors import Invalid
from balai.base.models import Access
from balai.records.registries import actions, adapters, queries, rules
from balai.records.registries.models import SyntheticResident
from balai.records.registries.rules import RecordAbsent, RecordFound, RegistrySilent, Resident

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)
CONSOLE = Actor("system", "console", name="test")
BUDI = Actor("officer", "desk", person_id=uuid4())
CAST: Mapping[str, Resident] = {
    "siti": Resident(
        nik="9972035203900001", family_card="9972030101150001", name="Siti Aminah", sex="P", birth_place="Samarinda",
        birth_date=date(1990, 3, 12), address="Jl. Merdeka No. 12 RT 04", village="6472031005",
    ),
    "budi": Resident(
        nik="9972031708850001", family_card="9972030101150002", name="Budi Santoso", sex="L", birth_place="Samarinda",
        birth_date=date(1985, 8, 17), address="Jl. Veteran No. 7 RT 11", village="6472031005",
    ),
    "ratna": Resident(
        nik="9972034511790001", family_card="9972030101150003", name="Ratna Dewi", sex="P", birth_place="Samarinda",
        birth_date=date(1979, 11, 5), address="Jl. Siliwangi No. 3 RT 02", village="6472031005",
    ),
    "joko": Resident(
        nik="9972033001950001", family_card="9972030101150004", name="Joko Susilo", sex="L", birth_place="Samarinda",
        birth_date=date(1995, 1, 30), address="Jl. Pelajar Pejuang No. 21 RT 19", village="6472031005",
    ),
}  # fmt: skip
SITI = CAST["siti"]


def ask(nik: str = SITI.nik, **more: Any) -> rules.Answer:
    given: dict[str, Any] = {"purpose": "verifikasi permohonan", "actor": BUDI, "now": NOW} | more
    return queries.look_up(nik, **given)


@pytest.fixture
def cast() -> None:
    actions.seed_residents(command_id=uuid4(), actor=CONSOLE, now=NOW, residents=CAST.values())


# -- the port ---------------------------------------------------------------------------------------------------------


def test_a_look_up_is_written_down_and_gives_the_record(cast: None) -> None:
    siti = uuid4()
    assert ask(person_id=siti) == RecordFound(SITI)
    row = Access.objects.get()
    assert (row.purpose, row.object, row.person_id, row.reader_id) == (
        "verifikasi permohonan", "registry:penduduk", siti, BUDI.person_id,
    )  # fmt: skip


def test_only_the_asked_fields_are_given(cast: None) -> None:
    answer = ask(fields=["name", "village"])
    assert answer == RecordFound(Resident(nik=SITI.nik, name="Siti Aminah", village="6472031005"))


def test_an_unknown_number_is_not_found(cast: None) -> None:
    assert ask("9972035203900009") == RecordAbsent()


@pytest.mark.parametrize("nik", ["", "123", "9972039999900001", "0000000000000000", "9972035203900000"])
def test_a_misshapen_number_is_refused_before_anybody_is_asked(cast: None, nik: str) -> None:
    with pytest.raises(Invalid, match="nik-format"):
        ask(nik)
    assert not Access.objects.exists()


def test_no_purpose_no_answer(cast: None) -> None:
    with pytest.raises(Invalid):
        ask(purpose="  ")


def test_when_the_access_cannot_be_written_the_registry_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise DatabaseError

    asked: list[str] = []
    monkeypatch.setattr(access_log, "record_access", broken)
    monkeypatch.setattr(adapters.Synthetic, "look_up", lambda self, nik, **_: asked.append(nik))
    with pytest.raises(DatabaseError):
        ask()
    assert asked == []


def test_a_failing_registry_is_unavailable_and_never_not_found(settings: Any) -> None:
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"registry:penduduk": "failing"}
    assert isinstance(ask(), RegistrySilent)
    assert Access.objects.count() == 1


@pytest.mark.parametrize(
    ("nik", "answer", "words"),
    [
        ("123", None, ("format tidak sesuai", "format not valid")),
        (SITI.nik, None, ("format sesuai", "format valid")),
        (SITI.nik, RecordFound(SITI), ("ditemukan", "found")),
        (SITI.nik, RecordAbsent(), ("tidak ditemukan", "not found")),
        (SITI.nik, RegistrySilent("x"), ("tidak tersedia", "not available")),
    ],
)
def test_how_it_stands_in_words(nik: str, answer: rules.Answer | None, words: tuple[str, str]) -> None:
    assert (rules.describe(nik, answer), rules.describe(nik, answer, "en")) == words


def test_a_process_step_gets_plain_data_and_may_tell_silence_from_absence(cast: None, settings: Any) -> None:
    given: dict[str, Any] = {"purpose": "sku:look_up", "actor": Actor("system", "clock"), "now": NOW}
    told = queries.ask("penduduk", SITI.nik, **given)
    assert (told["found"], told["available"]) == (True, True)
    assert json.loads(json.dumps(told["record"]))["name"] == "Siti Aminah"
    nobody = {"found": False, "available": True, "record": None}
    assert queries.ask("penduduk", "9972035203900009", **given) == nobody
    assert queries.ask("penduduk", "bukan NIK", **given) == nobody
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"registry:penduduk": "failing"}
    assert queries.ask("penduduk", SITI.nik, **given) == {"found": False, "available": False, "record": None}
    assert queries.ask("tiada", SITI.nik, **given)["available"] is False, (
        "a registry the town does not reach tells nothing"
    )


# -- the synthetic registry -------------------------------------------------------------------------------------------


def test_the_database_refuses_a_number_that_could_be_a_persons() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SyntheticResident.objects.create(nik="6472035203900001", record={})


# -- over HTTP --------------------------------------------------------------------------------------------------------

Reply = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@contextmanager
def registry(settings: Any, reply: Reply) -> Iterator[list[dict[str, Any]]]:
    """Run a registry on loopback that answers as told."""
    seen: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.append(question | {"authorization": self.headers.get("Authorization")})
            reply(self, question)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"registry:penduduk": "http"}
    settings.BALAI_REGISTRY_PENDUDUK_URL = f"http://127.0.0.1:{server.server_port}/penduduk"
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def answering(status: int, body: object) -> Reply:
    def reply(handler: BaseHTTPRequestHandler, question: dict[str, Any]) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return reply


def test_http_asks_with_purpose_fields_and_token(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("rahasia-sekali\n")
    settings.BALAI_REGISTRY_PENDUDUK_TOKEN_FILE = str(tmp_path / "token")
    with registry(settings, answering(200, {"record": SITI.as_json()})) as seen:
        assert ask(fields=["name"]) == RecordFound(Resident(nik=SITI.nik, name=SITI.name))
    assert seen[0]["nik"] == SITI.nik
    assert seen[0]["purpose"] == "verifikasi permohonan"
    assert seen[0]["fields"] == ["name"]
    assert seen[0]["authorization"] == "Bearer rahasia-sekali"


def test_http_404_is_not_found(settings: Any) -> None:
    with registry(settings, answering(404, {})):
        assert ask() == RecordAbsent()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {}),
        (302, {}),
        (200, b"<html>"),
        (200, []),
        (200, {"record": None}),
        (200, {"record": {"nik": "1"}}),
        (200, {"record": SITI.as_json() | {"name": 5}}),
        (200, {"record": SITI.as_json() | {"birth_date": "kemarin"}}),
        (200, {"record": CAST["joko"].as_json()}),  # somebody else's record
        (200, b" " * 70_000),
    ],
)
def test_http_nonsense_is_unavailable(settings: Any, status: int, body: object) -> None:
    with registry(settings, answering(status, body)):
        assert isinstance(ask(), RegistrySilent)


def test_http_a_slow_drip_ends_at_the_deadline(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapters.OverHttp, "deadline", 0.4)

    def drip(handler: BaseHTTPRequestHandler, question: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        try:
            for _ in range(100):
                handler.wfile.write(b" ")
                time.sleep(0.05)
        except OSError:
            pass  # the client hung up, as it should

    with registry(settings, drip):
        started = time.monotonic()
        assert ask() == RegistrySilent("TimeoutError")
        assert time.monotonic() - started < 2


def test_http_silence_ends_at_the_read_timeout(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapters.OverHttp, "read_timeout", 0.2)
    with registry(settings, lambda handler, question: time.sleep(0.6)):
        assert ask() == RegistrySilent("ReadTimeout")


def test_http_nobody_there(settings: Any) -> None:
    with registry(settings, answering(200, {})):
        pass
    assert ask() == RegistrySilent("ConnectError")


@pytest.mark.parametrize("url", ["", "http://registry.example.test/x", "ftp://127.0.0.1/x"])
def test_http_refuses_an_address_without_tls(settings: Any, url: str) -> None:
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"registry:penduduk": "http"}
    settings.BALAI_REGISTRY_PENDUDUK_URL = url
    answer = ask()
    assert isinstance(answer, RegistrySilent) and "https" in answer.reason
