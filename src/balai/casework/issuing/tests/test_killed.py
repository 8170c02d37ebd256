"""kill -9 between any two lines of signing: nothing lost, nothing doubled, no number used twice or left out.

A forked process signs under a trace that kills it at its n-th line; then the officer simply signs again.
"""

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from tests.cast import NOW, Cast

from balai.base import journal
from balai.casework.cases.models import Case, Task
from balai.casework.issuing import actions, authority, flow, queries, signing
from balai.casework.issuing.models import Letter, LetterFile, NumberSequence
from balai.casework.issuing.tests.story import PASSPHRASE, sign, stage, to_sign

pytestmark = pytest.mark.django_db(transaction=True)
# Where a death could matter: the flow, its writes, the signature, and the lines around every commit.
WATCHED = {Path(str(module.__file__)).resolve().as_posix() for module in (flow, actions, signing, journal)}


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setitem(authority.SCRYPT, "n", 2**10)
    return stage()


class Killer:
    """Counts watched lines and kills its own process at one of them."""

    def __init__(self, at: int) -> None:
        self.at, self.seen = at, 0

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in WATCHED:
            return None
        if event == "line":
            self.seen += 1
            if self.seen == self.at:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def sign_and_die(cast: Cast, case_id: UUID, token: str, at: int) -> bool:
    """Sign in a process that dies at the `at`-th line; tell whether it died before it was done."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        signal.alarm(30)
        sys.settrace(Killer(at))
        try:
            flow.sign_letter(cast.ratna.officer, case_id, token, PASSPHRASE, NOW)
        finally:
            os._exit(0)
    status = os.waitpid(pid, 0)[1]
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def count_lines(cast: Cast) -> int:
    """Count the watched lines of one signature."""
    case_id, token = to_sign(cast)
    counter = Killer(0)
    sys.settrace(counter)
    try:
        flow.sign_letter(cast.ratna.officer, case_id, token, PASSPHRASE, NOW)
    finally:
        sys.settrace(None)
    return counter.seen


def prove(cast: Cast, stops: range) -> None:
    before = Letter.objects.count()
    for number, at in enumerate(stops, start=before + 1):
        case_id, token = to_sign(cast)
        assert sign_and_die(cast, case_id, token, at), f"line {at} was never reached"
        left = list(Letter.objects.filter(case_id=case_id))
        closed = Case.objects.get(id=case_id).status == "closed"
        signed = [letter for letter in left if letter.state == "signed"]
        assert len(left) <= 1 and len(signed) == closed == LetterFile.objects.filter(letter__case=case_id).count(), at
        letter = sign(cast, case_id, token).letter
        assert [letter.id] == [one.id for one in Letter.objects.filter(case_id=case_id)]
        assert letter.seq == number and (not left or left[0].id == letter.id), at
        assert Case.objects.get(id=case_id).outcome == "granted"
        assert Task.objects.filter(case_id=case_id, node="sign_grant", state="done").count() == 1
        assert queries.verify_upload(queries.read_file(letter, _key(case_id)), now=NOW).result == "identical"
    register = queries.list_numbers(Letter.objects.all()[0].unit_code, "500.3", 2026)
    assert [letter.seq for letter in register] == list(range(1, before + len(stops) + 1))
    assert NumberSequence.objects.get().last == len(register)
    assert journal.verify_journal().faults == ()


def _key(case_id: UUID) -> bytes:
    from balai.casework.cases import queries as cases

    return cases.read_case(case_id=case_id).key


def test_killed_at_lines_spread_over_the_path(cast: Cast) -> None:
    lines = count_lines(cast)
    assert lines > 100
    prove(cast, range(1, lines + 1, max(lines // 20, 1)))


@pytest.mark.long
def test_killed_at_every_line_of_the_path(cast: Cast) -> None:
    prove(cast, range(1, count_lines(cast) + 1))
