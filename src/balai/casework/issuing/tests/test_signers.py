"""Withdrawing a signer: from then on nothing is signed, what was signed before stays valid, and stopping halfway loses nothing."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import NOW, Cast, sign_seen

from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.base.models import Entry
from balai.casework.issuing import actions, authority, flow, queries, signing
from balai.casework.issuing.tests.story import PASSPHRASE, sign, stage, to_sign
from balai.doors.console.demo.cast import CONSOLE

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setitem(authority.SCRYPT, "n", 2**10)
    made = stage()
    for one in authority.list_enrolled(made.ratna.person_id):  # a home of an earlier test may hold older keys of hers
        if one.withdrawn_at is not None:
            (authority._folder() / "persons" / f"{one.serial:x}.withdrawn").unlink(missing_ok=True)
    return made


def withdraw(cast: Cast, actor: Any = CONSOLE, reason: str = "Laptop hilang") -> None:
    actions.withdraw_signer(actor=actor, now=LATER, person_id=cast.ratna.person_id, reason=reason)


def entries(cast: Cast) -> list[str]:
    stream = f"signer:{cast.ratna.person_id}"
    return list(Entry.objects.filter(stream=stream).order_by("seq").values_list("action", flat=True))


def test_a_withdrawn_signer_cannot_sign_and_what_they_signed_stays_valid(cast: Cast) -> None:
    case_id, token = to_sign(cast)
    letter = sign(cast, case_id, token).letter
    pdf = queries.open_letter(cast.siti.citizen, letter.id, now=NOW)[1]
    case_id, token = to_sign(cast)
    withdraw(cast)
    with pytest.raises(NotFound, match="no-signing-key"):
        sign_seen(cast.ratna.officer, case_id, token, PASSPHRASE, LATER)
    found = queries.verify_upload(pdf, now=LATER)
    assert (found.result, found.letter and found.letter.status) == ("identical", "valid")
    assert found.signature is not None
    assert (found.signature.valid, found.signature.signatures[0].withdrawn_at) == (True, LATER)
    authority.enroll(cast.ratna.person_id, name="Ratna", organisation="x", passphrase=PASSPHRASE, now=LATER)
    assert sign_seen(cast.ratna.officer, case_id, token, PASSPHRASE, LATER).letter.state == "signed"


def test_a_batch_under_way_ends_with_the_key(cast: Cast) -> None:
    waiting = [to_sign(cast), to_sign(cast)]
    for task in waiting:
        flow.see_letter(cast.ratna.officer, *task, NOW)
    pen = flow.take_pen(cast.ratna.officer, PASSPHRASE, NOW)
    assert pen.sign(*waiting[0], NOW).letter.state == "signed"
    withdraw(cast)
    with pytest.raises(Conflict, match="signing-key-withdrawn"):
        pen.sign(*waiting[1], LATER)


def test_administrators_alone_withdraw_and_say_why(cast: Cast) -> None:
    for actor in (cast.budi.officer, cast.ratna.officer, cast.siti.citizen):
        with pytest.raises(NotAllowed):
            withdraw(cast, actor=actor)
    with pytest.raises(Invalid, match="reason-missing"):
        withdraw(cast, reason="  ")
    assert authority.is_enrolled(cast.ratna.person_id)
    with pytest.raises(NotFound, match="no-signing-key"):
        actions.withdraw_signer(actor=CONSOLE, now=LATER, person_id=uuid4(), reason="x")


@pytest.mark.parametrize("line", ["journal.deed", "authority.put_away"])
def test_stopped_between_two_lines_nothing_is_signed_and_the_withdrawal_is_done_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as cut:
        cut.setattr(f"balai.casework.issuing.actions.{line}", die)
        with pytest.raises(Killed):
            withdraw(cast)
    assert not authority.is_enrolled(cast.ratna.person_id)
    with pytest.raises(NotFound, match="no-signing-key"):
        authority.unlock(cast.ratna.person_id, PASSPHRASE)
    withdraw(cast, reason="Sekali lagi")
    assert entries(cast).count("withdraw") == 1
    (row,) = [one for one in queries.list_signers(LATER) if one.key.person_id == cast.ratna.person_id]
    assert (row.state, row.key.withdrawn_reason) == ("withdrawn", "Laptop hilang")
    with pytest.raises(NotFound, match="no-signing-key"):
        withdraw(cast)
    assert entries(cast).count("withdraw") == 1


def test_signers_are_listed_with_what_they_signed_and_what_waits(cast: Cast) -> None:
    sign(cast, *to_sign(cast))
    to_sign(cast)
    end = authority.list_enrolled(cast.ratna.person_id)[0].valid_until
    states = {}
    for at in (NOW, end - timedelta(days=30), end + timedelta(days=1)):
        with CaptureQueriesContext(connection) as asked:
            (row,) = queries.list_signers(at, cast.ratna.person_id)
        assert len(asked) == 2
        states[row.state] = (row.signed, row.waiting)
    assert states == {"valid": (1, 1), "soon": (1, 1), "expired": (1, 1)}
    assert signing.signer().demonstration
