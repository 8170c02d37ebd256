"""The public log as others meet it: at its addresses, by two witnesses of whom one is dead, by `balai log watch`."""

import argparse
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client, RequestFactory

from balai.base import access_log, checks, journal, journal_check, logkeeping, openings, outbox, sequencer, sql
from balai.base.actors import CLOCK
from balai.base.tlog import notes, tiles
from balai.base.tlog.witness import Witness
from balai.doors.console import installation
from balai.doors.console.bench.servers import free_port
from balai.doors.console.commands import log
from balai.doors.console.commands import witness as command

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def do(count: int = 1) -> None:
    with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test") as deed:
        for number in range(count):
            deed.record("case:1", "tested", {"n": number})
    journal.seal_entries()


def call(*words: str) -> int:
    parser = argparse.ArgumentParser()
    log.add_arguments(parser)
    return log.run(parser.parse_args(words))


@pytest.fixture(autouse=True)
def nobody_asked() -> Iterator[None]:
    yield
    logkeeping._asked.clear()
    logkeeping._known.clear()


# ---- its addresses ---------------------------------------------------------------------------------------------------


def test_the_files_are_sent_as_the_specification_says() -> None:
    client = Client()
    assert client.get("/log/checkpoint").status_code == 404
    sequencer.seal()
    assert client.get("/log/checkpoint").content.split(b"\n")[1] == b"0"
    do(300)
    answer = client.get("/log/checkpoint")
    assert answer["Content-Type"] == "text/plain; charset=utf-8" and answer["Cache-Control"] == "no-cache"
    checkpoint, _, _ = notes.open_checkpoint(answer.content, sequencer.list_keys())
    assert (checkpoint.size, client.get("/log/keys").content.decode().strip()) == (300, sequencer.list_keys()[0].line)

    def read(path: str) -> bytes:
        answer = client.get(f"/log/{path}")
        if answer.status_code == 404:
            raise tiles.TileMissing(path)
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Set-Cookie" not in answer
        return bytes(answer.content)

    assert tiles.Tree(read, 300).find_fault(checkpoint.root) == ""


@pytest.mark.parametrize(
    "place",
    [
        "head",
        "../head",
        "tile/../head",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/64/000",
        "tile/0/00",
        "tile/0/.lock",
    ],
)
def test_nothing_but_the_logs_own_files_is_sent(place: str) -> None:
    do(300)
    assert Client().get(f"/log/{place}").status_code == 404


# ---- witnesses -------------------------------------------------------------------------------------------------------


@pytest.fixture
def saksi(tmp_path: Path) -> Iterator[tuple[str, notes.Verifier, Witness]]:
    """Run a witness on a port of its own."""
    do()
    signer = command.load_signer(tmp_path / "saksi", "saksi.example")
    made = Witness(tmp_path / "saksi/seen", signer, sequencer.list_keys())
    server = command.make_server(made, "127.0.0.1", 0)
    crew = threading.Thread(target=server.serve_forever, daemon=True)
    crew.start()
    yield f"http://127.0.0.1:{server.server_port}", signer.verifier, made
    server.shutdown()
    server.server_close()
    crew.join()


def rounds(worker: outbox.Worker, now: datetime, count: int = 3) -> datetime:
    """Let the job ask, and come back until what was asked is answered."""
    for _ in range(count):
        worker.run_jobs(now)
        deadline = time.monotonic() + 10
        while any(not each.done() for each in logkeeping._asked.values()) and time.monotonic() < deadline:
            time.sleep(0.01)
        now += timedelta(seconds=3)
    return now


def test_of_two_witnesses_one_is_dead_and_the_other_cosigns(
    saksi: tuple[str, notes.Verifier, Witness], settings: Any
) -> None:
    url, key, made = saksi
    dead = notes.NoteSigner("mati.example", bytes(32), notes.WITNESS).verifier
    settings.BALAI_LOG_WITNESSES = f"{url} {key.line}; http://127.0.0.1:{free_port()} {dead.line}"
    worker, now = outbox.Worker(), NOW
    do(5)
    now = rounds(worker, now)
    (failing,) = [each for each in outbox.list_failing() if "cosign" in each.job]
    assert failing.item == "mati.example"
    size = made.read_seen(sequencer.choose_origin())[0]
    assert size == sequencer.read_checkpoint()[0].size > 5, "what was done, and the marks that a new hall adopts"
    do(300)
    rounds(worker, now + timedelta(seconds=settings.BALAI_LOG_SECONDS))
    _, verdict = openings.bundle_for("case:1", 300).judge_entry(sequencer.list_keys(), [key, dead], least=1)
    assert [each.name for each in verdict.witnessed] == ["saksi.example"]
    by_name = {str(each.witness): each for each in logkeeping.list_standings()}
    assert by_name["mati.example"].at is None and by_name["saksi.example"].size == size + 300


def test_a_witness_that_saw_another_history_is_told_as_a_contradiction(
    saksi: tuple[str, notes.Verifier, Witness], settings: Any
) -> None:
    url, key, made = saksi
    do(3)
    found = logkeeping.AskedWitness(url, key)
    assert logkeeping.ask(found, 0).size == 4
    origin, root = sequencer.choose_origin(), bytes(32)
    made._keep(notes.Checkpoint(origin, 4, root), "")
    with pytest.raises(logkeeping.Contradicted, match="another history"):
        logkeeping.ask(found, 4)
    made._keep(notes.Checkpoint(origin, 3, root), "")
    with pytest.raises(logkeeping.Contradicted, match="another history"):
        logkeeping.ask(found, 0)
    made._keep(notes.Checkpoint(origin, 9, root), "")
    with pytest.raises(logkeeping.Contradicted, match="it was rewound"):
        logkeeping.ask(found, 0)
    stranger = logkeeping.AskedWitness(url, notes.NoteSigner("lain.example", bytes(32), notes.WITNESS).verifier)
    made._keep(notes.Checkpoint(origin, 4, sequencer.read_checkpoint()[0].root), "")
    with pytest.raises(notes.Unsigned, match="without a signature of its key"):
        logkeeping.ask(stranger, 4)


@pytest.mark.parametrize("line", ["nonsense", "ftp://x a+b+c", "http://x a+b+c"])
def test_a_line_that_is_no_witness_is_refused(line: str, settings: Any) -> None:
    settings.BALAI_LOG_WITNESSES = line
    with pytest.raises(ValueError):
        logkeeping.list_witnesses()


def test_a_witness_keeps_its_name_and_key(tmp_path: Path) -> None:
    first = command.load_signer(tmp_path, "a.example")
    assert command.load_signer(tmp_path, None) == first
    with pytest.raises(SystemExit):
        command.load_signer(tmp_path, "b.example")
    assert (tmp_path / "witness.key").stat().st_mode & 0o777 == 0o600


def test_the_checkpoint_is_laid_into_a_folder_and_owed_by_mail_once_a_day(tmp_path: Path, settings: Any) -> None:
    settings.BALAI_LOG_FOLDER, settings.BALAI_LOG_MAIL = str(tmp_path / "out"), "arsip@kampus.example"
    do(3)
    assert logkeeping.send_checkpoint(NOW) == 1
    assert logkeeping.send_checkpoint(NOW + timedelta(minutes=5)) == 0
    (file,) = (tmp_path / "out").iterdir()
    assert notes.open_checkpoint(file.read_bytes(), sequencer.list_keys())[0].size == 3
    owed = sql.rows("SELECT kind, address_masked FROM base_dispatch")
    assert owed == [("log-checkpoint", "arsip@kampus.example")]
    assert mail.outbox == []
    assert logkeeping.send_checkpoint(NOW + timedelta(days=1)) == 1


def test_rows_are_linked_also_while_the_log_cannot_go_on() -> None:
    do(3)
    sql.execute("DELETE FROM base_entry WHERE seq = 3")
    access_log.record_security("trial", actor="officer:x", now=NOW)
    outbox.Worker().run_jobs(NOW)
    assert [each.job for each in outbox.list_failing()] == ["balai.base.journal.seal_new_entries"]
    assert sql.rows("SELECT count(*) FROM base_securityevent WHERE linked IS NULL") == [(0,)]


# ---- watching --------------------------------------------------------------------------------------------------------


def test_a_hall_is_watched_from_a_mirror(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    do(300)
    state, where = tmp_path / "state", str(sequencer.folder())
    assert call("watch", where, "--state", str(state)) == 0
    assert "hold it against another source" in capsys.readouterr().out
    do(5)
    letter = tmp_path / "surat.tlog-proof"
    letter.write_text(str(openings.bundle_for("case:1", 302)), "utf-8")
    assert call("watch", where, "--state", str(state), "--letters", str(letter), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["holds"], told["size"], told["before"], told["letters"][0]["leaf"]) == (True, 305, 300, 301)
    sql.execute("DELETE FROM base_entry WHERE seq > 290")
    for file in [each for each in sequencer.folder().rglob("*") if each.is_file()]:
        file.unlink()
    sequencer.seal()  # somebody took the folder away too
    assert call("watch", where, "--state", str(state), "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert [fault["kind"] for fault in told["faults"]] == ["rewound"]
    assert call("watch", str(tmp_path / "nothing")) == 1
    assert call("watch") == 2


def test_a_rotated_key_signs_beside_the_old_one_until_that_is_retired(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    do(3)
    state, where, old = tmp_path / "state", str(sequencer.folder()), sequencer.list_keys()[0]
    assert call("watch", where, "--state", str(state)) == 0
    fresh = logkeeping.rotate_key(uuid4(), actor=CLOCK, now=NOW)
    journal.seal_entries()
    assert fresh != old and sequencer.list_keys() == [old, fresh]
    (file,) = (Path(settings.BALAI_HOME) / "keys").glob("log-*.key")
    assert (
        file.stat().st_mode & 0o077 == 0 and file.stat().st_size == 12 + 32 + 16
    )  # sealed: neither it nor the root is the key
    assert call("watch", where, "--state", str(state)) == 0
    assert "a new key of the log" in capsys.readouterr().out
    assert call("watch", where, "--state", str(state), "--key", fresh.line) == 0
    logkeeping.retire_key(uuid4(), actor=CLOCK, now=NOW, key_id=old.key_id.hex())
    journal.seal_entries()
    assert sequencer.list_keys() == [fresh]
    assert journal_check.verify_journal().faults == ()
    assert call("watch", where, "--key", old.line) == 1
    assert "BROKEN signature" in capsys.readouterr().out
    assert call("watch", where, "--state", str(state)) == 0
    with pytest.raises(Exception, match="key-in-use"):
        logkeeping.retire_key(uuid4(), actor=CLOCK, now=NOW, key_id=fresh.key_id.hex())
    file.rename(tmp_path / file.name)
    with pytest.raises(sequencer.Broken, match=file.name):
        sequencer.list_keys()
    another = logkeeping.rotate_key(uuid4(), actor=CLOCK, now=NOW)  # what was lost signs no more; the log goes on
    journal.seal_entries()
    assert sequencer.list_keys() == [another] and journal_check.verify_journal().faults == ()
    logkeeping.retire_key(
        uuid4(), actor=CLOCK, now=NOW, key_id=logkeeping.rotate_key(uuid4(), actor=CLOCK, now=NOW).key_id.hex()
    )
    assert (
        sequencer.list_keys() == [another] and len(list(file.parent.glob("log-*.key"))) == 1
    )  # a retired one is taken away


def test_a_rewound_database_is_told_at_the_start_and_by_the_doctor(capsys: pytest.CaptureFixture[str]) -> None:
    do(3)
    installation.warn_of_rewind()
    assert capsys.readouterr().err == ""
    assert [each.state for each in checks.examine(checks.public_log, sequencer.folder().parent, NOW)] == ["good"]
    sql.execute("DELETE FROM base_entry WHERE seq = 3")
    installation.warn_of_rewind()
    assert "THE PUBLIC LOG: the database was rewound: it ends at leaf 2" in capsys.readouterr().err
    (finding,) = checks.examine(checks.public_log, sequencer.folder().parent, NOW)
    assert finding.state == "bad" and "rewound" in finding.words


def test_the_doctor_names_what_waits_and_who_is_silent(settings: Any) -> None:
    do()
    dead = notes.NoteSigner("mati.example", bytes(32), notes.WITNESS).verifier
    settings.BALAI_LOG_WITNESSES = f"http://127.0.0.1:9 {dead.line}"
    (finding,) = checks.examine(checks.public_log, sequencer.folder().parent, NOW)
    assert finding.state == "note" and "mati.example" in finding.words
    settings.BALAI_LOG_WITNESSES = "nonsense"
    assert [each.state for each in checks.examine(checks.public_log, sequencer.folder().parent, NOW)] == ["bad"]
    with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test") as deed:
        deed.record("case:1", "tested", {})
    (finding,) = checks.examine(checks.public_log, sequencer.folder().parent, NOW + timedelta(minutes=2))
    assert finding.state == "bad" and "not in the public log yet" in finding.words


def test_after_an_old_backup_the_log_begins_anew_under_another_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    do(300)
    state, where, origin = tmp_path / "state", str(sequencer.folder()), sequencer.choose_origin()
    assert call("watch", where, "--state", str(state)) == 0
    sql.execute("DELETE FROM base_entry WHERE seq > 100")
    sql.execute(
        "UPDATE base_stream SET seq = 100, hash = %s",
        [bytes(sql.rows("SELECT hash FROM base_entry WHERE seq = 100")[0][0])],
    )
    with pytest.raises(sequencer.Rewound):
        journal.seal_entries()
    with pytest.raises(Exception, match="reason-missing"):
        logkeeping.begin_anew(uuid4(), actor=CLOCK, now=NOW, reason=" ")
    assert logkeeping.begin_anew(uuid4(), actor=CLOCK, now=NOW, reason="Cadangan lama") == f"{origin}/2"
    report = journal_check.verify_journal()
    assert (report.faults, report.sealed, sequencer.read_head()) == (
        (), 101, sequencer.LogHead(f"{origin}/2", 101, sequencer.read_checkpoint()[0].root),
    )  # fmt: skip
    assert len(list(sequencer.folder().glob("ended-*.checkpoint"))) == 1
    assert call("watch", where, "--state", str(state)) == 1
    assert "another log" in capsys.readouterr().out
    assert call("watch", where) == 0
    assert logkeeping.begin_anew(uuid4(), actor=CLOCK, now=NOW, reason="Lagi") == f"{origin}/3"


@pytest.mark.parametrize(
    ("before", "today", "after"),
    [
        ("kota.example/log", "kota.example/log", "kota.example/log/2"),
        ("kota.example/log/9", "kota.example/log", "kota.example/log/10"),
        ("127.0.0.1:8000/log/1234567890123456", "kota.example/log", "kota.example/log"),
        (
            "127.0.0.1:8000/log/1234567890123456",
            "127.0.0.1:8000/log/1234567890123456",
            "127.0.0.1:8000/log/1234567890123456/2",
        ),
    ],
)
def test_another_log_has_a_name_of_its_own(before: str, today: str, after: str) -> None:
    assert logkeeping._next_origin(before, today) == after


def test_a_log_of_a_hall_with_an_address_is_called_by_it(settings: Any) -> None:
    settings.BALAI_URL = "https://layanan.kota.example"
    assert sequencer.choose_origin() == "layanan.kota.example/log"


def test_the_served_files_come_by_the_bare_chain() -> None:
    """No language and no session on their way: what is the same for everybody may be kept by everybody."""
    from balai.project import wsgi

    do()
    told: dict[str, str] = {}
    environ = RequestFactory().get("/log/checkpoint").environ
    wsgi.application(environ, lambda status, headers: told.update({"status": status, **dict(headers)}))
    assert told["status"] == "200 OK" and "Vary" not in told and "Set-Cookie" not in told
    environ = RequestFactory().get("/log/nothing").environ
    wsgi.application(environ, lambda status, headers: told.update({"status": status, **dict(headers)}))
    assert told["status"] == "404 Not Found"
