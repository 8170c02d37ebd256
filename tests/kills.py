"""kill -9 between any two lines: a forked process does something under a trace that kills it at its n-th watched line."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from django.db import connections


class Killer:
    """Counts watched lines and kills its own process at one of them; at line 0 it only counts."""

    def __init__(self, at: int, watched: tuple[ModuleType, ...]) -> None:
        self.at, self.seen = at, 0
        self.files = {Path(str(module.__file__)).resolve().as_posix() for module in watched}

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in self.files:
            return None
        if event == "line":
            self.seen += 1
            if self.seen == self.at:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def do_and_die(what: Callable[[], object], at: int, watched: tuple[ModuleType, ...]) -> bool:
    """Do something in a process that dies at the `at`-th line; tell whether it died before it was done."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        signal.alarm(30)
        sys.settrace(Killer(at, watched))
        try:
            what()
        finally:
            os._exit(0)
    status = os.waitpid(pid, 0)[1]
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def count_lines(what: Callable[[], object], watched: tuple[ModuleType, ...]) -> int:
    """Count the watched lines of doing something once."""
    counter = Killer(0, watched)
    sys.settrace(counter)
    try:
        what()
    finally:
        sys.settrace(None)
    return counter.seen
