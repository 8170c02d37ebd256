"""The press: typesets letters in a child process of its own, so that no letter can hang or bring down the office.

The source of a letter is a text that somebody wrote. Typst refuses most of what could hurt; a loop over a billion
things it would run, and memory it would take until the machine stops. The child has a wall clock, a memory limit, and
not one file or socket it could open. It starts with the first letter, stays warm, and goes when it has had nothing to
do for a minute.
"""

import logging
import os
import pickle
import resource
import select
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from balai.base import unlocked
from balai.base.errors import Invalid
from balai.engine import letters
from balai.engine.problems import Problem, Problems

log = logging.getLogger("balai.issuing")

SECONDS = 10.0
_MEMORY = 1_500_000_000  # bytes of address space: Typst with its fonts takes 400 MB of it, 60 MB resident
_IDLE = 60.0
_FRAME = struct.Struct(">I")
_WARM_UP = '#set document(title: "x")\n#set text(lang: "id")\nx'


def render(
    sources: Mapping[str, bytes],
    letter_id: str,
    data: Mapping[str, Any],
    *,
    qr_svg: bytes | None,
    created_at: datetime,
    seconds: float = SECONDS,
) -> bytes:
    """Typeset as `letters.render` does, within the press's limits.

    :raises Problems: as the engine; :raises Invalid: `letter-too-slow`, or `letter-broken` when the child died of it.
    """
    unlocked.require("typesetting")
    job = pickle.dumps((dict(sources), letter_id, dict(data), qr_svg, created_at))
    with _PRESS.lock:
        answer = _PRESS.ask(job, seconds)
    ok, result = pickle.loads(answer)
    if ok:
        return bytes(result)
    raise Problems([Problem(*each) for each in result])


def prove(created_at: datetime) -> None:
    """Typeset a tiny letter in a child of its own, so that it is known whether letters can be. :raises: whatever is in the way."""
    unlocked.require("typesetting")
    job = pickle.dumps(({"letters/x.typ": _WARM_UP.encode()}, "x", {}, None, created_at))
    press = _Press()
    try:
        ok, result = pickle.loads(press.ask(job, SECONDS))
    finally:
        press.stop()
    if not ok:
        raise Problems([Problem(*each) for each in result])


class _Press:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def ask(self, job: bytes, seconds: float) -> bytes:
        """Hand over one job and wait for its answer; a child that went home while idle is replaced once."""
        for attempt in (1, 2):
            child = self._running()
            assert child.stdin is not None and child.stdout is not None
            try:
                _write(child.stdin, job)
                return self._answer_of(child, seconds)
            except (BrokenPipeError, EOFError) as error:
                self.stop()
                if attempt == 2 or isinstance(error, EOFError):
                    raise Invalid("letter-broken") from error
        raise AssertionError

    def _answer_of(self, child: subprocess.Popen[bytes], seconds: float) -> bytes:
        assert child.stdout is not None
        ready, _, _ = select.select([child.stdout], [], [], seconds)
        if not ready:
            self.stop()
            raise Invalid("letter-too-slow")
        return _read(child.stdout)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._owner == os.getpid() and self._child.poll() is None:
            return self._child
        self._child, self._owner = _start(), os.getpid()
        return self._child

    def stop(self) -> None:
        """End the child."""
        if self._child is not None and self._owner == os.getpid():
            self._child.kill()
            self._child.communicate()
        self._child = None


_PRESS = _Press()


def _start() -> subprocess.Popen[bytes]:
    source = str(Path(letters.__file__).parents[3])
    child = subprocess.Popen(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, {source!r})\nfrom balai.casework.issuing.press import main; main()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"LANG": "C.UTF-8"},
    )
    return child


def _write(pipe: IO[bytes], content: bytes) -> None:
    pipe.write(_FRAME.pack(len(content)) + content)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes:
    head = pipe.read(_FRAME.size)
    if len(head) < _FRAME.size:
        raise EOFError
    (size,) = _FRAME.unpack(head)
    content = pipe.read(size)
    if len(content) < size:
        raise EOFError
    return content


# ---- the child -------------------------------------------------------------------------------------------------------


def main() -> None:
    """Typeset jobs from standard input until it closes or nothing comes for a while."""
    jobs, answers = sys.stdin.buffer, sys.stdout.buffer
    _confine()
    while select.select([jobs], [], [], _IDLE)[0]:
        try:
            job = _read(jobs)
        except EOFError:
            return
        _write(answers, _answer(job))


def _confine() -> None:
    """Load everything that is needed, then give up the right to open anything and to grow without end."""
    at = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    letters.render({"letters/x.typ": _WARM_UP.encode()}, "x", {}, qr_svg=None, created_at=at)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(job: bytes) -> bytes:
    sources, letter_id, data, qr_svg, created_at = pickle.loads(job)
    try:
        return pickle.dumps((True, letters.render(sources, letter_id, data, qr_svg=qr_svg, created_at=created_at)))
    except Problems as problems:
        told = [(each.message, each.fix, each.file, each.line, each.element) for each in problems.problems]
        return pickle.dumps((False, told))
