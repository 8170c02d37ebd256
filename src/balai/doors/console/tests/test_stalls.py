"""What stalls, stalls alone: an upload that does not come, a database that does not answer, hold up no page that needs neither."""

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from tests import halls

from balai.doors.console import machine

PUBLIC = ("/", "/layanan/")
SIGN_IN = "/akun/login/"  # a form that everybody may send
TRACK = "/lacak/SKU-2026-0001/salah/"  # asks the database
VISITOR = ("/", {"Cookie": f"balai={'x' * 32}"})  # whoever may be signed in, which the database knows
MACHINE = ("/api/v1/cases/SKU-2026-0001", {"Authorization": "Bearer balai_x"})
COOKIE = f"csrftoken={'a' * 32}"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[halls.Hall]:
    """Open a hall for whatever leaves it as it was."""
    with halls.opened(tmp_path_factory.mktemp("hall") / "home") as found:
        yield found


def assert_quick(hall: halls.Hall, *paths: str, status: int = 200, seconds: float = 1.5, **headers: str) -> None:
    for path in paths:
        begun = time.monotonic()
        assert hall.get(path, 12, **headers)[0] == status, path
        assert time.monotonic() - begun < seconds, path


def style_sheet(hall: halls.Hall) -> str:
    """Give the address of the style sheet that the first page names."""
    page = hall.get("/")[1]
    return page[page.index("/-/") :].split('"', 1)[0]


def answer_of(line: socket.socket, seconds: float = 15) -> str:
    """Read whatever comes until the other side closes."""
    line.settimeout(seconds)
    said = b""
    while piece := line.recv(65536):
        said += piece
    return said.decode()


def test_uploads_that_stall_hold_up_no_page_and_no_form(hall: halls.Hall) -> None:
    style = style_sheet(hall)
    stalled = [hall.stall() for _ in range(40)]
    time.sleep(0.5)
    try:
        assert_quick(hall, *PUBLIC, style, "/health/live", "/health/ready")
        assert_quick(hall, *PUBLIC, Cookie=COOKIE)
        assert post(hall, SIGN_IN, b"login=siti%40example.test&password=x")[0] == 200
    finally:
        for line in stalled:
            line.close()


def post(
    hall: halls.Hall, path: str, body: bytes, *, chunks: bool = False, kind: str = "application/x-www-form-urlencoded"
) -> tuple[int, str]:
    """Send a form with its token."""
    with closing(http.client.HTTPConnection("127.0.0.1", hall.port, timeout=30)) as line:
        told = {"Content-Type": kind, "Cookie": COOKIE, "Accept-Language": "en"}
        whole = body if "multipart" in kind else body + f"&csrfmiddlewaretoken={'a' * 32}".encode()
        line.request("POST", path, iter([whole[:7], whole[7:]]) if chunks else whole, told, encode_chunked=chunks)
        answer = line.getresponse()
        return answer.status, answer.read().decode()


def parts(fields: dict[str, bytes]) -> bytes:
    """Write a form in parts, with a large file among them."""
    told = [
        f'--pinggir-bagian\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value
        for name, value in fields.items()
    ]
    told.insert(
        1,
        b'--pinggir-bagian\r\nContent-Disposition: form-data; name="f"; filename="f.bin"\r\n\r\n'
        + os.urandom(3_000_000),
    )
    return b"\r\n".join([*told, b"--pinggir-bagian--\r\n"])


def test_what_is_sent_arrives_whole_however_it_is_cut(hall: halls.Hall) -> None:
    long = b"login=" + b"s" * 300_000 + b"iti%40example.test&password=x"
    for chunks, body in (
        (False, b"login=siti%40example.test&password=x"),
        (True, b"login=siti%40example.test&password=x"),
        (False, long),
    ):
        status, page = post(hall, SIGN_IN, body, chunks=chunks)
        assert status == 200 and "iti@example.test" in page
    fields = {"csrfmiddlewaretoken": b"a" * 32, "login": b"siti@example.test", "password": b"x"}
    for chunks in (False, True):
        status, page = post(
            hall, SIGN_IN, parts(fields), chunks=chunks, kind="multipart/form-data; boundary=pinggir-bagian"
        )
        assert status == 200 and "siti@example.test" in page


def test_hundreds_of_idle_lines_keep_nobody_out(hall: halls.Hall) -> None:
    with ExitStack() as lines:
        for _ in range(700):
            lines.enter_context(socket.create_connection(("127.0.0.1", hall.port), timeout=10))
        assert_quick(hall, *PUBLIC, "/health/live")


def test_what_says_that_it_is_too_large_is_refused_before_it_comes(hall: halls.Hall) -> None:
    with closing(hall.stall(SIGN_IN, 200_000_000)) as line:
        begun = time.monotonic()
        assert line.recv(12) == b"HTTP/1.1 413" and time.monotonic() - begun < 3


def test_a_file_that_is_sent_in_pieces_arrives_whole(home: Path) -> None:
    with halls.opened(home, "--cases", "4", verb="demo") as hall:
        base = f"http://127.0.0.1:{hall.port}"
        opener = build_opener(HTTPCookieProcessor())

        def page(path: str, body: bytes | None = None) -> str:
            with opener.open(f"{base}{path}", body) as answer:
                return str(answer.read().decode())

        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page("/demo/"))[0]
        page("/demo/masuk/siti/", f"csrfmiddlewaretoken={token}".encode())
        cases = set(re.findall(r'href="(/berkas/[^"]+)"', page("/berkas-saya/")))
        files = {each for case in cases for each in re.findall(r'href="(/berkas/[^"]+/bukti/[^"]+)"', page(case))}
        assert files
        for path in files:
            with opener.open(f"{base}{path}") as answer:
                assert len(answer.read()) == int(answer.headers["Content-Length"]) > 1000
        # a proxy's header bars strangers from the demonstration's pages; one that only looks like it says nothing
        assert hall.get("/demo/", **{"X-Forwarded-For": "10.0.0.1"})[0] == 404
        assert hall.get("/demo/", X_Forwarded_For="10.0.0.1")[0] == 200


def test_what_arrives_cut_off_is_never_acted_on(home: Path) -> None:
    with halls.opened(home) as hall, closing(sqlite3.connect(home / "balai.sqlite3")) as line:

        def remembered() -> int:
            return int(line.execute("SELECT count(*) FROM base_tally").fetchone()[0])

        body = f"csrfmiddlewaretoken={'a' * 32}&login=siti%40example.test&password=x"
        head = f"POST {SIGN_IN} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {COOKIE}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        with closing(socket.create_connection(("127.0.0.1", hall.port))) as cut:
            cut.sendall(f"{head}Content-Length: {len(body) + 5}\r\n\r\n{body}".encode())
            time.sleep(0.2)
        assert not halls.until(lambda: remembered() > 0, 1)
        assert post(hall, SIGN_IN, b"login=siti%40example.test&password=x")[0] == 200
        assert remembered() > 0, "a sign-in that came whole is counted"


def test_one_address_that_stalls_keeps_no_other_out(home: Path) -> None:
    with halls.opened(home, BALAI_ADDRESS_BODIES="3", BALAI_PROXIES="1") as hall, ExitStack() as lines:

        def send(address: str) -> tuple[int, str, str]:
            with closing(http.client.HTTPConnection("127.0.0.1", hall.port, timeout=10)) as line:
                told = {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "X-Forwarded-For": address,
                    "Cookie": COOKIE,
                }
                body = f"csrfmiddlewaretoken={'a' * 32}&login={address}%40b.test&password=x"
                line.request("POST", SIGN_IN, body, told)
                answer = line.getresponse()
                return answer.status, answer.getheader("Retry-After") or "", answer.read().decode()

        stalled = [lines.enter_context(closing(hall.stall(forwarded="10.1.1.1"))) for _ in range(3)]
        assert halls.until(lambda: send("10.1.1.1")[0] == 429, 5)
        status, again, page = send("10.1.1.1")
        assert (status, again) == (429, "10") and "Dari jaringan Anda" in page
        assert send("10.9.9.9, 10.1.1.1")[0] == 429, "what a visitor puts before it says nothing"
        assert send("10.1.1.2")[0] == 200
        stalled[0].close()
        assert halls.until(lambda: send("10.1.1.1")[0] == 200, 5), "as soon as one is through"


def test_a_body_that_does_not_come_in_time_is_told_so(home: Path) -> None:
    with halls.opened(home, BALAI_BODY_SECONDS="1") as hall:
        line = hall.stall()
        begun = time.monotonic()
        with closing(line):
            said = answer_of(line)
        assert time.monotonic() - begun < 5
        assert said.startswith("HTTP/1.1 408") and "isian Anda masih ada" in said and "balai.css" in said
        with closing(hall.stall("/api/v1/cases")) as line:
            head, _, body = answer_of(line).partition("\r\n\r\n")
        assert head.startswith("HTTP/1.1 408") and json.loads(body)["code"] == "body-slow"


def test_a_foreign_writer_that_holds_the_database_holds_up_no_page_that_reads(home: Path) -> None:
    with halls.opened(home) as hall:
        style = style_sheet(hall)
        with closing(sqlite3.connect(home / "balai.sqlite3", isolation_level=None)) as foreign:
            foreign.execute("BEGIN IMMEDIATE")
            answers: list[tuple[int, str]] = []
            writers = [
                threading.Thread(
                    target=lambda who=number: answers.append(
                        post(hall, SIGN_IN, b"login=a%d%%40b.test&password=x" % who)
                    )
                )
                for number in range(8)  # each another's, or the fifth would be a guess too many
            ]
            for writer in writers:
                writer.start()
            time.sleep(0.5)
            assert_quick(hall, *PUBLIC, style, "/health/live", "/health/ready")
            assert_quick(hall, *PUBLIC, Cookie=COOKIE)
            foreign.execute("ROLLBACK")
        for writer in writers:
            writer.join(30)
        assert [status for status, _ in answers] == [200] * 8


@contextmanager
def hanging(url: str) -> Iterator[None]:
    """Stop a database server where it stands, as a machine does whose disk hangs: it takes connections and says nothing."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as line:
        row = line.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        postmaster = int(Path(f"/proc/{row[0]}/stat").read_text().rsplit(")", 1)[1].split()[1])
    from balai.doors.console.bench.servers import family

    everyone = family(postmaster)
    for pid in everyone:
        with suppress(ProcessLookupError):  # a connection that ended in this moment
            os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in everyone:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def test_a_database_server_that_hangs_leaves_what_needs_none_and_public_pages_as_they_were(home: Path) -> None:
    answers: list[tuple[int, float, str]] = []

    def ask(hall: halls.Hall, told: tuple[str, dict[str, str]]) -> None:
        begun = time.monotonic()
        status, page = hall.get(told[0], 30, **told[1])
        answers.append((status, time.monotonic() - begun, page))

    with machine.postgres() as url:
        if url is None:
            pytest.skip("PostgreSQL is not installed")
        with halls.opened(home, BALAI_DATABASE=url) as hall:
            for told in (VISITOR, MACHINE):
                assert hall.get(told[0], 10, **told[1])[0] in (200, 401), "they ask the database, and it answers"
            style = style_sheet(hall)
            assert_quick(hall, *PUBLIC, "/health/ready", seconds=5)
            with hanging(url):
                assert_quick(hall, style, "/health/live")
                assert_quick(hall, *PUBLIC, seconds=3)
                begun = time.monotonic()
                assert hall.get("/health/ready")[0] == 503 and time.monotonic() - begun < 4
                assert_quick(hall, style, "/health/live", *PUBLIC, seconds=3)
                status, page = hall.get(TRACK, 20)
                assert status == 503 and "muat ulang" in page
                waiting = [threading.Thread(target=ask, args=(hall, told)) for told in (VISITOR, MACHINE) * 5]
                for one in waiting:
                    one.start()
                for one in waiting:
                    one.join(30)
                assert len(answers) == 10, answers
                assert {status for status, *_ in answers} == {503}
                assert max(seconds for _, seconds, _ in answers) < 9.5, "the hall's own patience is 25 s"
                assert all("muat ulang" in page for *_, page in answers)
            assert halls.until(hall.is_open)
            assert halls.until(lambda: hall.get("/health/ready")[0] == 200)
            assert hall.get(TRACK)[0] in (302, 404)
