"""A real server whose requests fail writes that they failed, and no secret that was in them."""

import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from tests.journeys.hall import open_door

pytestmark = pytest.mark.one_database
CODE = "7K3MQ2XF9HJKWZ4T8VBN"


def ask(url: str, data: bytes | None = None) -> int:
    try:
        with urlopen(Request(url, data=data), timeout=20) as answer:
            return int(answer.status)
    except HTTPError as refused:
        return refused.code


def test_what_a_server_writes_of_failed_requests_names_no_secret(tmp_path: Path) -> None:
    with open_door(tmp_path, "serve", "--no-worker") as hall:
        log = hall.home / "out.log"
        for _ in range(100):
            found = re.search(r"/pemasangan/([^/\s]+)/", log.read_text())
            if found:
                break
            time.sleep(0.1)
        assert found, log.read_text()
        token, begun = found.group(1), len(log.read_text())
        assert ask(f"{hall.url}/pemasangan/{token}/") == 200
        assert ask(f"{hall.url}/pemasangan/{token}/", b"name=Siti&email=siti@example.test") == 403  # no CSRF token
        assert ask(f"{hall.url}/lacak/SKU-7K3M-Q2XF/{CODE}") in (404, 429)
        assert ask(f"{hall.url}/tidak-ada/{CODE}/siti@example.test/0812-3456-7890") == 404
        assert ask(f"{hall.url}/akun/password/reset/key/1-{CODE}/") in (200, 302)
        with closing(sqlite3.connect(hall.home / "balai.sqlite3")) as line:
            line.execute("ALTER TABLE people_account RENAME TO hidden")
        assert ask(f"{hall.url}/pemasangan/{token}/") in (500, 503)
        time.sleep(0.3)
        said = log.read_text()[begun:]
    assert "Forbidden" in said and "Not Found" in said
    assert "people_account" in said, "the fault itself is told"
    assert not [each for each in (token, CODE, "siti@example.test", "0812-3456-7890") if each in said], said
