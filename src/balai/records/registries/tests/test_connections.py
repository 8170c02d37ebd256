"""The town's connections: a table in the home, another house over a real wire, what each must not do, and what the doctor sees."""

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from balai.base.actors import Actor
from balai.base.models import Access
from balai.records.registries import checks, connections, queries

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)
BUDI = Actor("officer", "desk", name="budi")
SCHEMA = {
    "type": "object", "required": ["name"],
    "properties": {"name": {"type": "string"}, "since": {"type": "string", "format": "date"}, "workers": {"type": "integer"}},
}  # fmt: skip
HEAD = "title: {id: Usaha, en: Business}\nbasis: PKS\nstatus: unconfirmed\n"


@pytest.fixture
def connect(tmp_path: Path, settings: Any) -> Iterator[Callable[[str], None]]:
    """Write a town's one connection, `usaha`; what it needs lies in the home for as long as the test."""
    settings.BALAI_TOWN_FOLDER = tmp_path / "town"
    (tmp_path / "town" / "connections").mkdir(parents=True)
    connections.home().mkdir(exist_ok=True)

    def connect(body: str) -> None:
        (tmp_path / "town/connections/usaha.yaml").write_text(HEAD + body)
        (tmp_path / "town/connections/usaha.schema.json").write_text(json.dumps(SCHEMA))

    yield connect
    shutil.rmtree(connections.home())


def ask(key: str = "W-1") -> dict[str, Any]:
    return queries.ask("usaha", key, purpose="sku:known", actor=BUDI, now=NOW)


def states(home: Path) -> list[tuple[str, str]]:
    return [(one.state, one.words) for one in checks.town_connections(home, NOW)]


def test_a_table_in_the_home(connect: Callable[[str], None], tmp_path: Path) -> None:
    connect("csv: {file: usaha.csv, key: code}")
    assert ask() == {"found": False, "available": False, "record": None}, "no table is no answer"
    assert states(tmp_path) == [("bad", "registry usaha: usaha.csv. Put it into the home, under connections/.")]
    table = connections.home() / "usaha.csv"
    table.write_text("code,name,since,workers,secret\nW-1,Warung Siti,2020-02-01,2,rahasia\nW-2,,,,\n")
    assert ask() == {
        "found": True, "available": True,
        "record": {"name": "Warung Siti", "since": date(2020, 2, 1), "workers": Decimal(2)},
    }, "no more than the schema names"  # fmt: skip
    assert ask("W-9") == {"found": False, "available": True, "record": None}
    assert ask("W-2")["available"] is False, "what is required is missing, so nothing may be concluded"
    assert {(row.object, row.purpose) for row in Access.objects.all()} == {("registry:usaha", "sku:known")}
    assert states(tmp_path)[0][0] == "good"
    table.write_text("code,label\n")
    assert states(tmp_path) == [("bad", "registry usaha: usaha.csv: name. Put it into the home, under connections/.")]


def test_what_the_town_reaches_no_more_is_silent(connect: Callable[[str], None], tmp_path: Path) -> None:
    connect("csv: {file: usaha.csv, key: code}")
    (tmp_path / "town/connections/usaha.yaml").unlink()
    assert ask()["available"] is False
    connect("csv: {file: ../usaha.csv, key: code}")
    assert ask()["available"] is False
    ((state, words),) = states(tmp_path)
    assert state == "bad"
    assert "town/connections/usaha.yaml:4" in words
    assert "it lies in the home" in words


# ---- over a real wire ------------------------------------------------------------------------------------------------


class House(BaseHTTPRequestHandler):
    """Another house: the last part of the path says how it behaves; it keeps what it was asked."""

    asked: list[tuple[str, str | None]] = []

    def do_GET(self) -> None:
        House.asked.append((self.path, self.headers["Authorization"]))
        behaviour = unquote(self.path.rpartition("/")[2])
        record = json.dumps({"record": {"name": "Warung Siti", "workers": 2, "secret": "x"}}).encode()
        if behaviour.startswith("to:"):
            self.send_response(302)
            self.send_header("Location", behaviour.removeprefix("to:"))
            self.end_headers()
            return
        self.send_response({"absent": 404, "broken": 500}.get(behaviour, 200))
        self.end_headers()
        if behaviour == "drip":
            for _ in range(40):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.1)
        bodies = {"long": b" " * 400_000, "nonsense": b"<html>", "odd": b'{"record": {"name": 7}}'}
        self.wfile.write(bodies.get(behaviour, record))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """Open the other house on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), House)
    House.asked = []
    server.handle_error = lambda *_: None  # type: ignore[method-assign,assignment]  # who hangs up is none of its business
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_another_house_is_asked_over_the_wire(connect: Callable[[str], None], port: int, tmp_path: Path) -> None:
    connect(f'http: {{url: "http://127.0.0.1:{port}/usaha/{{key}}", private: [127.0.0.1], token: true, within: 1}}')
    assert ask()["available"] is False, "its token is not there"
    assert states(tmp_path)[0] == ("bad", "registry usaha: usaha.token. Put it into the home, under connections/.")
    (connections.home() / "usaha.token").write_text("rahasia\n")
    assert ask("W/1 ?")["record"] == {"name": "Warung Siti", "since": None, "workers": Decimal(2)}
    assert House.asked == [("/usaha/W%2F1%20%3F", "Bearer rahasia")]
    assert ask("absent") == {"found": False, "available": True, "record": None}
    for behaviour in ("broken", "long", "nonsense", "odd"):
        assert ask(behaviour)["available"] is False, behaviour
    assert ask("to:/usaha/W-1")["found"] is True
    assert ask("to:/usaha/to:%2Fusaha%2Fto:%252Fusaha%252Fto:%25252Fusaha%25252Fto:x")["available"] is False, (
        "on and on"
    )
    began = time.monotonic()
    assert ask("drip")["available"] is False
    assert time.monotonic() - began < 2, "the whole exchange has one deadline"


def test_no_private_net_is_asked_that_is_not_named(connect: Callable[[str], None], port: int) -> None:
    connect(f'http: {{url: "https://localhost:{port}/usaha/{{key}}", within: 1}}')
    assert ask()["available"] is False
    assert House.asked == [], "nobody was connected to"
    connect(f'http: {{url: "http://127.0.0.1:{port}/usaha/{{key}}", private: [127.0.0.1], token: true, within: 1}}')
    (connections.home() / "usaha.token").write_text("rahasia")
    assert ask(f"to:http://localhost:{port}/usaha/W-1")["available"] is False
    assert len(House.asked) == 1, "it led into a net that is not named"
    connect(
        f'http: {{url: "http://127.0.0.1:{port}/usaha/{{key}}", private: [127.0.0.1, localhost], token: true, within: 1}}'
    )
    assert ask(f"to:http://localhost:{port}/usaha/W-1")["found"] is True
    assert House.asked[-1][1] is None, "a token is for the house it was given by"
