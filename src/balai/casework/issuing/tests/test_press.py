"""The press: a letter cannot hang, exhaust, or open anything, and the next one prints as if nothing had been."""

import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from balai.base.errors import Invalid
from balai.casework.issuing import press
from balai.engine import letters
from balai.engine.problems import Problems

AT = datetime(2026, 3, 4, 2, tzinfo=UTC)
HEAD = '#set document(title: "x")\n#set text(lang: "id")\n'


def render(body: str, *, seconds: float = press.SECONDS, data: dict[str, Any] | None = None) -> bytes:
    sources = {"letters/x.typ": (HEAD + body).encode()}
    return press.render(sources, "x", data or {}, qr_svg=None, created_at=AT, seconds=seconds)


def child() -> int:
    assert press._PRESS._child is not None
    return press._PRESS._child.pid


def test_prints_what_the_engine_prints() -> None:
    alone = letters.render({"letters/x.typ": (HEAD + "Isi").encode()}, "x", {}, qr_svg=None, created_at=AT)
    assert render("Isi") == alone


def test_stays_warm_between_letters() -> None:
    render("satu")
    first = child()
    render("dua")
    assert child() == first


def test_tells_problems_with_file_and_line() -> None:
    with pytest.raises(Problems) as caught:
        render("#nothing")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.element) == ("letters/x.typ", 3, "x")


def test_a_letter_that_never_ends_is_stopped_and_the_next_one_prints() -> None:
    render("warm")
    before = child()
    with pytest.raises(Invalid, match="letter-too-slow"):
        render("#for a in range(20000) { for b in range(9000) { let c = a * b } }", seconds=0.5)
    assert render("Isi").startswith(b"%PDF") and child() != before


def test_a_letter_that_eats_memory_dies_alone() -> None:
    with pytest.raises((Invalid, Problems)):
        render("#let x = range(400000000)\n#x.len()")
    assert render("Isi").startswith(b"%PDF")


def test_the_child_can_open_no_file_and_no_socket(tmp_path: Path) -> None:
    render("warm")
    limits = Path(f"/proc/{child()}/limits")
    if not limits.exists():
        pytest.skip("this system has no /proc to look at")
    (line,) = [line for line in limits.read_text().splitlines() if line.startswith("Max open files")]
    assert line.split()[3:5] == ["3", "3"]
    environment = Path(f"/proc/{child()}/environ").read_bytes()
    assert environment == b"LANG=C.UTF-8\0"


def test_an_import_that_hides_from_the_reader_still_reaches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    body = '#let f = dictionary(std).at("ev" + "al")\n#f("import \\"" + "@prev" + "iew/cetz:0.3.0\\"")'
    with pytest.raises(Problems) as caught:
        render(body)
    assert "failed to download" in str(caught.value) or "package" in str(caught.value)


def test_a_child_that_went_home_is_replaced() -> None:
    render("warm")
    assert press._PRESS._child is not None
    press._PRESS._child.kill()
    press._PRESS._child.wait()
    assert render("Isi").startswith(b"%PDF")


def test_many_threads_share_it() -> None:
    made: list[bytes] = []
    threads = [threading.Thread(target=lambda: made.append(render("Isi"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8 and len(set(made)) == 1


def test_a_forked_process_takes_a_press_of_its_own() -> None:
    render("warm")
    ours = child()
    pid = os.fork()
    if pid == 0:
        try:
            ok = render("Isi").startswith(b"%PDF") and child() != ours
            press._PRESS.stop()
        except BaseException:  # noqa: BLE001 (a forked test must never run on)
            ok = False
        os._exit(0 if ok else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert render("Isi").startswith(b"%PDF") and child() == ours
