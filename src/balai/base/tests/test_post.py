"""Mail and texts that somebody waits for: sealed, carried, wiped; a carrier's words never reach the outbox."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from balai.base import journal, plugs, post
from balai.base.actors import CLOCK
from balai.base.models import Dispatch, Message
from balai.base.outbox import MAX_ATTEMPTS, Worker
from balai.base.owed import revive

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LIFE = timedelta(minutes=10)
SENT: list[post.Parcel] = []
FAILS: list[Exception] = []


@plugs.adapter("mail", "watched")
class Watched:
    def send(self, parcel: post.Parcel) -> str:
        if FAILS:
            raise FAILS[0]
        SENT.append(parcel)
        return "receipt"


@pytest.fixture(autouse=True)
def carrier(settings: Any) -> Iterator[None]:
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"mail": "watched"}
    yield
    SENT.clear()
    FAILS.clear()


def owe(life: timedelta = LIFE, *, perishable: bool = False) -> UUID:
    with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test.post") as deed:
        return post.owe(
            deed, to="siti@example.test", masked="s***@example.test", subject="Kode", body="Kode Anda: 123456",
            language="id", kind="code", life=life,
            perishable=perishable,
        )  # fmt: skip


def test_it_is_carried_once_and_then_wiped() -> None:
    made = owe()
    assert b"123456" not in bytes(Dispatch.objects.get().sealed)
    assert Worker().deliver(NOW) == 1 and Worker().deliver(NOW) == 0
    assert [(parcel.key, parcel.to, parcel.body.partition("\n\n-- \n")[0]) for parcel in SENT] == [
        (made, "siti@example.test", "Kode Anda: 123456")
    ]
    kept = Dispatch.objects.get()
    assert (kept.state, kept.attempts, kept.receipt, bytes(kept.sealed)) == ("sent", 1, "receipt", b"")


def test_a_deed_that_fails_owes_nothing() -> None:
    with pytest.raises(RuntimeError), journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test.post") as deed:
        post.owe(deed, to="a@b.test", masked="", subject="", body="", language="id", kind="code", life=LIFE)
        raise RuntimeError
    assert not Dispatch.objects.exists() and not Message.objects.exists()


def test_a_dead_carrier_is_tried_again_and_its_words_are_not_kept() -> None:
    owe()
    FAILS.append(OSError("550 siti@example.test: code 123456"))
    assert not post.is_held_up("mail")
    Worker().deliver(NOW)
    assert post.is_held_up("mail") and not post.is_held_up("sms")
    message, row = Message.objects.get(), Dispatch.objects.get()
    assert (message.state, row.state, row.last_error) == ("waiting", "failed", "OSError")
    assert "siti" not in message.last_error and "123456" not in message.last_error
    FAILS.clear()
    Worker().deliver(NOW + timedelta(seconds=10))
    assert len(SENT) == 1 and not post.is_held_up("mail")


def test_what_ran_out_is_wiped_and_never_sent() -> None:
    owe()
    FAILS.append(ConnectionError())
    Worker().deliver(NOW)
    FAILS.clear()
    assert post.drop_expired(NOW + LIFE) == 1
    Worker().deliver(NOW + LIFE)
    row = Dispatch.objects.get()
    assert (SENT, row.state, bytes(row.sealed)) == ([], "expired", b"")
    assert Message.objects.get().state == "done"
    assert post.drop_expired(NOW + post.KEPT + timedelta(days=1)) == 1 and not Dispatch.objects.exists()


def test_one_that_runs_out_between_two_looks_is_not_sent_either() -> None:
    owe()
    Worker().deliver(NOW + LIFE)
    assert (SENT, Dispatch.objects.get().state) == ([], "expired")


def test_a_refused_address_is_given_up_at_once_and_a_silent_carrier_after_its_attempts() -> None:
    owe(timedelta(days=9))
    FAILS.append(post.Refused("550 siti@example.test unknown"))
    Worker().deliver(NOW)
    message = Message.objects.get()
    assert (message.state, Dispatch.objects.get().state) == ("dead", "dead") and "siti" not in message.last_error
    FAILS[:] = [ConnectionError()]
    owe(timedelta(days=9))
    for attempt in range(MAX_ATTEMPTS):
        Worker().deliver(NOW + timedelta(hours=7 * attempt))
    assert list(Dispatch.objects.values_list("state", flat=True)) == ["dead", "dead"]


@pytest.mark.parametrize("perishable", [False, True])
@pytest.mark.parametrize("error", [post.Refused("550"), ConnectionError("siti@example.test")])
def test_a_dead_one_can_be_revived_unless_it_perishes(error: Exception, perishable: bool) -> None:
    owe(timedelta(days=9), perishable=perishable)
    FAILS.append(error)
    at = NOW
    for attempt in range(MAX_ATTEMPTS):
        at = NOW + timedelta(hours=7 * attempt)
        Worker().deliver(at)
        waits = Message.objects.get().state == "waiting"
        assert bytes(Dispatch.objects.get().sealed) or not waits, "while it is tried it stays whole"
    assert (Message.objects.get().state, Dispatch.objects.get().state) == ("dead", "dead")
    assert bool(bytes(Dispatch.objects.get().sealed)) is not perishable
    FAILS.clear()
    assert revive(Message.objects.get().id, at)
    Worker().deliver(at)
    assert len(SENT) == (0 if perishable else 1) and Message.objects.get().state == "done"
