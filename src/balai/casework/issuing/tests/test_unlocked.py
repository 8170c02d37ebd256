"""Nothing that takes its time holds the database: what is asked inside a transaction is told, and a service that hangs holds up nobody."""

import io
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from tests.cast import NOW, Cast, sign_seen

from balai.base import confined, journal, plugs, unlocked
from balai.base.actors import CLOCK
from balai.base.errors import Unavailable
from balai.base.outbox import Worker
from balai.casework.cases.models import Case
from balai.casework.issuing import authority, press, signing
from balai.casework.issuing.models import Letter
from balai.casework.issuing.tests.story import PASSPHRASE, apply, stage, to_sign
from balai.records.documents import opening

pytestmark = pytest.mark.django_db(transaction=True)

_LIVE = unlocked.complain  # as it is outside the tests
TINY = {"letters/x.typ": b'#set document(title: "x")\n#set text(lang: "id")\nx'}
LIMITS = confined.ChildLimits(cpu=2, wall=5, memory=1 << 28, answer=0)


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setitem(authority.SCRYPT, "n", 2**10)
    return stage()


def typeset() -> bytes:
    return press.render(TINY, "x", {}, qr_svg=None, created_at=NOW)


SLOW: dict[str, Callable[[], object]] = {
    "typesetting": typeset,
    "proving the press": lambda: press.prove(NOW),
    "the seal": lambda: signing.signer().seal(NOW),
    "a signer's key": lambda: signing.signer().unlock(signing.SignerIdentity(uuid4(), "Ratna"), PASSPHRASE),
    "a stranger's file": lambda: opening.porter.ask({}, io.BytesIO(b"x"), 1, LIMITS),
}


@pytest.mark.parametrize("what", SLOW)
def test_nothing_slow_begins_inside_a_deed(what: str) -> None:
    with (
        pytest.raises(AssertionError, match="inside a transaction"),
        journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test.slow"),
    ):
        SLOW[what]()


def test_a_hand_that_was_opened_before_signs_nothing_inside_a_deed() -> None:
    hand, pdf = signing.signer().seal(NOW), typeset()
    with pytest.raises(AssertionError, match="signing inside"), transaction.atomic():
        hand.sign(pdf, at=NOW, place="")
    assert hand.sign(pdf, at=NOW, place="").startswith(pdf[:100])


def test_a_transaction_that_django_does_not_know_counts_too() -> None:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            cursor.execute("SELECT 1")
            assert unlocked.is_held()
        finally:
            cursor.execute("ROLLBACK")
    assert not unlocked.is_held()


def test_a_live_hall_goes_on_and_says_where_it_was(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(unlocked, "complain", _LIVE)
    with caplog.at_level(logging.ERROR, "balai.unlocked"), transaction.atomic():
        assert typeset().startswith(b"%PDF")
    (said,) = caplog.records
    assert "typesetting inside a transaction" in said.message and "test_unlocked.py" in str(said.stack_info)


# ---- a service that hangs --------------------------------------------------------------------------------------------


class Hanging:
    """A service on loopback that takes what it is sent and says nothing until it is let go."""

    def __init__(self) -> None:
        self.asked, self.let_go = threading.Event(), threading.Event()
        self._line = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._line.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        caller, _ = self._line.accept()
        with caller:
            caller.recv(1)
            self.asked.set()
            self.let_go.wait(60)

    def close(self) -> None:
        self.let_go.set()
        self._thread.join(10)
        self._line.close()


@pytest.fixture
def hanging(settings: Any) -> Iterator[Hanging]:
    service = Hanging()
    settings.BALAI_BSRE = {"url": service.url, "user": "balai", "password": "rahasia", "timeout": 40}
    settings.BALAI_PLUGS = {**settings.BALAI_PLUGS, "signer": "bsre"}
    yield service
    service.close()


def meanwhile(cast: Cast, hanging: Hanging, work: Callable[[], Any]) -> tuple[Any, int]:
    """Begin a work that hangs at the service, let Siti apply while it does, then let it go: (what came of it, cases while it hung)."""

    def aside() -> Any:
        try:
            return work()
        except Unavailable as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(aside)
        try:
            assert hanging.asked.wait(30), "the service was never asked"
            with connection.cursor() as cursor:
                if connection.vendor == "sqlite":
                    cursor.execute("PRAGMA busy_timeout = 500")
                else:
                    cursor.execute("SET lock_timeout = 500")
            apply(cast)
            assert not slow.done(), "it hangs still: the other did not wait for its end"
            there = Case.objects.count()
        finally:
            hanging.let_go.set()
            connection.close()
        return slow.result(60), there


def test_a_signing_service_that_hangs_holds_up_no_other_write(cast: Cast, hanging: Hanging) -> None:
    case_id, token = to_sign(cast)
    came, there = meanwhile(cast, hanging, lambda: sign_seen(cast.ratna.officer, case_id, token, PASSPHRASE, NOW))
    assert isinstance(came, Unavailable) and there == 2
    letter = Letter.objects.get()
    assert (letter.state, letter.seq) == ("reserved", 1), "the number waits for the next try"


def test_a_seal_that_hangs_holds_up_no_other_write(
    cast: Cast, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Remote(signing.BsreSigner):
        """As `bsre`, with a seal: the known service has none."""

        def seal(self, at: datetime) -> signing.Hand:
            return self.unlock(signing.SignerIdentity(uuid4(), "Balai", "6472051003800001"), PASSPHRASE)

    monkeypatch.setitem(plugs._ADAPTERS, (signing.PORT, "bsre"), Remote)
    apply(cast, unattended=True)
    done, there = meanwhile(cast, hanging, lambda: Worker().drain(NOW))
    assert done and there == 2
    assert Letter.objects.get(automatic=True).state == "reserved", "tried again later, under the same number"
