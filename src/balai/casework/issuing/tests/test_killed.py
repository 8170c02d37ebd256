"""kill -9 between any two lines of signing or sealing: nothing lost, nothing doubled, no number used twice or left out.

A forked process signs under a trace that kills it at its n-th line; then the officer simply signs again. For the office's seal
it is the worker that dies, and a fresh one that goes on when the lease has run out.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from tests import kills
from tests.cast import NOW, Cast, sign_seen

from balai.base import journal, journal_check, outbox
from balai.base.models import Message
from balai.base.outbox import LEASE, Worker
from balai.casework.cases import listeners as operations
from balai.casework.cases.models import Case, Task
from balai.casework.issuing import actions, authority, flow, queries, signing
from balai.casework.issuing.models import Letter, LetterFile
from balai.casework.issuing.tests.story import PASSPHRASE, apply, sign, stage, to_sign
from balai.records.filing import actions as filing
from balai.records.filing.models import NumberSequence

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]
# Where a death could matter: the flow, its writes, the signature, and the lines around every commit.
WATCHED = (flow, actions, filing, signing, journal, operations, outbox)


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setitem(authority.SCRYPT, "n", 2**10)
    return stage()


do_and_die = partial(kills.do_and_die, watched=WATCHED)
count_lines = partial(kills.count_lines, watched=WATCHED)


def signature(cast: Cast) -> Callable[[], object]:
    case_id, token = to_sign(cast)
    return lambda: sign_seen(cast.ratna.officer, case_id, token, PASSPHRASE, NOW)


def prove(cast: Cast, stops: range) -> None:
    before = Letter.objects.count()
    for number, at in enumerate(stops, start=before + 1):
        case_id, token = to_sign(cast)
        signing_it = partial(sign_seen, cast.ratna.officer, case_id, token, PASSPHRASE, NOW)
        assert do_and_die(signing_it, at), f"line {at} was never reached"
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
    assert journal_check.verify_journal().faults == ()


def _key(case_id: UUID) -> bytes:
    from balai.casework.cases import queries as cases

    return cases.read_case(case_id=case_id).key


def test_killed_at_lines_spread_over_the_path(cast: Cast) -> None:
    lines = count_lines(signature(cast))
    assert lines > 100
    prove(cast, range(1, lines + 1, max(lines // 20, 1)))


@pytest.mark.long
def test_killed_at_every_line_of_the_path(cast: Cast) -> None:
    prove(cast, range(1, count_lines(signature(cast)) + 1))


# ---- the office's seal ----------------------------------------------------------------------------------------------


def seal() -> None:
    """Do the sealing step that is owed, and nothing else, as a worker does."""
    worker = Worker()
    for topic in ("cases.operation", "cases.errand"):
        for found in worker.claim(NOW, 20):
            if found[1] == topic:
                worker._deliver(found, NOW)


def prove_seal(cast: Cast, stops: range) -> int:
    """Kill a worker at each stop and let the next one go on; tell how often a reserved number waited for the second."""
    before, kept = Letter.objects.count(), 0
    for number, at in enumerate(stops, start=before + 1):
        case_id = apply(cast, unattended=True)
        assert do_and_die(seal, at), f"line {at} was never reached"
        left = Letter.objects.filter(case_id=case_id).first()
        closed = Case.objects.get(id=case_id).status == "closed"
        assert closed == (left is not None and left.state == "signed"), at
        kept += left is not None and left.state == "reserved"
        Worker().run_jobs(NOW)
        Worker().drain(NOW + LEASE + timedelta(seconds=1))
        letter = Letter.objects.get(case_id=case_id)
        assert (letter.state, letter.seq) == ("signed", number), at
        assert left is None or (left.id, left.number) == (letter.id, letter.number), at
        assert LetterFile.objects.filter(letter=letter).count() == 1, at
        assert Case.objects.get(id=case_id).outcome == "granted", at
        assert queries.verify_upload(queries.read_file(letter, _key(case_id)), now=NOW).result == "identical"
    assert NumberSequence.objects.get().last == before + len(stops)
    assert not Message.objects.exclude(state="done").exists()
    assert journal_check.verify_journal().faults == ()
    return kept


def test_a_worker_killed_while_sealing_loses_nothing_and_reuses_no_number(cast: Cast) -> None:
    apply(cast, unattended=True)
    lines = count_lines(seal)
    Worker().drain(NOW + LEASE + timedelta(seconds=1))
    assert lines > 100
    assert prove_seal(cast, range(1, lines + 1, max(lines // 20, 1))) >= 2


@pytest.mark.long
def test_a_worker_killed_at_every_line_of_a_seal(cast: Cast) -> None:
    apply(cast, unattended=True)
    lines = count_lines(seal)
    Worker().drain(NOW + LEASE + timedelta(seconds=1))
    prove_seal(cast, range(1, lines + 1))
