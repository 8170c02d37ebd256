"""Whose turn it is: listeners in batches, couriers one by one, leases that hold; and what an operator may read of an error."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from balai.base import journal, outbox, owed
from balai.base.actors import CLOCK
from balai.base.models import Message
from balai.base.outbox import LEASE, PATIENCE, Worker, black_out

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LATER = NOW + LEASE + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("550 5.1.1 <siti@balai.example> unknown", "550 5.1.1 *** unknown"),
        ("{'siti@balai.example': (550, b'5.1.1 no such user')}", "*** (550, b'5.1.1 no such user')}"),
        ("400 to=+62 812 3456 7890 blocked", "400 to=*** blocked"),
        ("no route to 081234567890", "no route to ***"),
        ("number 6281234567890 is out of service", "number *** is out of service"),
        ("NIK 9901014101900001 refused", "NIK *** refused"),
        ("[Errno 111] Connection refused 127.0.0.1:2525", "[Errno 111] Connection refused 127.0.0.1:2525"),
        ("no letter 01234567-89ab-4cde-8f01-23456789abcd", "no letter 01234567-89ab-4cde-8f01-23456789abcd"),
    ],
)
def test_addresses_are_blacked_out_and_what_helps_stays(said: str, kept: str) -> None:
    assert black_out(said) == kept


# ---- turns and leases ------------------------------------------------------------------------------------------------

on_database = pytest.mark.django_db(transaction=True)


class World:
    """A courier that stands still until it is let go, and a listener; both say what reached them."""

    def __init__(self) -> None:
        self.begun, self.go = Event(), Event()
        self.carried: list[UUID] = []
        self.heard: list[UUID] = []

    def carry(self, message: outbox.Message) -> None:
        self.carried.append(message.id)
        self.begun.set()
        assert self.go.wait(20), "nobody let the courier go"

    def hear(self, message: outbox.Message) -> None:
        self.heard.append(message.id)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(outbox, "_LISTENERS", {})
    monkeypatch.setattr(outbox, "_JOBS", {})
    made = World()
    outbox.courier("test.far")(made.carry)
    outbox.listener("test.near")(made.hear)
    yield made
    made.go.set()


def owe(*topics: str) -> None:
    with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test") as deed:
        for topic in topics:
            deed.send(topic, {})


def in_a_thread(pool: ThreadPoolExecutor, worker: Worker, at: datetime, **told: int):
    def work() -> int:
        try:
            return worker.carry(at, **told)
        finally:
            connection.close()

    return pool.submit(work)


def states(topic: str) -> list[str]:
    return sorted(Message.objects.filter(topic=topic).values_list("state", flat=True))


@on_database
def test_a_courier_that_hangs_holds_up_no_listener(world: World) -> None:
    owe("test.far", "test.far", "test.near", "test.near")
    with ThreadPoolExecutor(1) as pool:
        carrying = in_a_thread(pool, Worker(), NOW)
        assert world.begun.wait(20)
        assert Worker().run_own(NOW) == 2
        assert (states("test.near"), states("test.far")) == (["done"] * 2, ["waiting"] * 2)
        world.go.set()
        assert carrying.result(timeout=20) == 2
    assert states("test.far") == ["done"] * 2


@on_database
def test_what_hangs_in_one_hand_is_all_that_hand_holds(world: World) -> None:
    owe("test.far", "test.far", "test.far")
    with ThreadPoolExecutor(1) as pool:
        carrying = in_a_thread(pool, Worker("slow"), NOW)
        assert world.begun.wait(20)
        assert Message.objects.filter(leased_by="slow").count() == 1
        world.go.set()
        assert Worker("quick").carry(NOW) + carrying.result(timeout=20) == 3
    assert len(set(world.carried)) == len(world.carried) == 3


@on_database
def test_a_slow_carriage_stays_in_one_hand_until_it_is_past_all_patience(world: World) -> None:
    owe("test.far")
    time = [NOW]
    slow, other = Worker("slow", clock=lambda: time[0]), Worker("other")
    assert slow.renew(NOW) == 0, "nothing is in its hand"
    with ThreadPoolExecutor(1) as pool:
        carrying = in_a_thread(pool, slow, NOW)
        assert world.begun.wait(20)
        assert slow.renew(NOW + LEASE / 4) == 0, "there is time"
        for passed in range(1, PATIENCE // LEASE + 1):
            assert slow.renew(NOW + passed * LEASE - timedelta(seconds=1)) == 1
            assert slow.renew(NOW + passed * LEASE) == 0, "it was renewed just now"
            assert other.claim(NOW + passed * LEASE + timedelta(seconds=1), 1) == []
        hung = NOW + PATIENCE + timedelta(seconds=1)
        assert slow.renew(hung) == 0
        assert slow.renew(hung + LEASE - timedelta(seconds=5)) == 0, "though its lease is nearly over"
        assert len(other.claim(hung + LEASE, 1)) == 1
        world.go.set()
        assert carrying.result(timeout=20) == 0, "whoever has it now settles it"
    assert Message.objects.get().leased_by == "other"
    assert slow.renew(hung) == 0


@on_database
def test_a_batch_that_outlasts_its_lease_is_handled_once(world: World) -> None:
    owe("test.near", "test.near", "test.near")
    slow, quick = Worker("slow"), Worker("quick")
    batch = slow.claim(NOW, 20)
    assert slow._deliver(batch[0], NOW) == 1
    assert quick.handle(LATER) == 2
    assert [slow._deliver(found, LATER) for found in batch[1:]] == [0, 0]
    assert len(world.heard) == len(set(world.heard)) == 3


@on_database
def test_whoever_lost_their_lease_does_nothing_while_another_has_it_in_hand(world: World) -> None:
    owe("test.near")
    slow, quick = Worker("slow"), Worker("quick")
    (taken,), (again,) = slow.claim(NOW, 20), quick.claim(LATER, 20)
    assert slow._deliver(taken, LATER) == 0 and not world.heard and states("test.near") == ["waiting"]
    assert quick._deliver(again, LATER) == 1 and len(world.heard) == 1 and states("test.near") == ["done"]


@on_database
def test_of_two_couriers_with_one_message_one_settles(world: World) -> None:
    """The first took longer than its lease: it was carried twice, with one key, and settled once."""
    settled: list[str] = []

    def carry(message: outbox.Message) -> outbox.Settle:
        if not world.begun.is_set():
            world.begun.set()
            assert Worker("second").carry(LATER) == 1
        return lambda: settled.append(str(message.id))

    outbox._LISTENERS.clear()
    outbox.courier("test.far")(carry)
    owe("test.far")
    assert Worker("first").carry(NOW) == 0
    assert len(settled) == 1 and states("test.far") == ["done"]


@on_database
def test_each_line_takes_its_own_and_what_nobody_hears_any_more_is_not_left_lying(world: World) -> None:
    other: list[UUID] = []

    def carry_too(message: outbox.Message) -> None:
        other.append(message.id)

    outbox.courier("test.other")(carry_too)
    owe("test.far", "test.other", "test.near")
    Message.objects.filter(topic="test.near").update(listener="balai.gone.hear")
    one, two = outbox.couriers()
    assert Worker().carry(NOW, [two]) == 1 and len(other) == 1 and not world.carried
    assert Worker().carry(NOW, []) == 0
    assert Worker().handle(NOW) == 0 and states("test.near") == ["waiting"], (
        "a newer program beside this one may hear it"
    )
    assert outbox.give_up_unheard(NOW + outbox.UNHEARD) == 0
    assert outbox.give_up_unheard(NOW + outbox.UNHEARD + timedelta(seconds=1)) == 1 and states("test.near") == ["dead"]
    assert states("test.far") == ["waiting"]
    world.go.set()
    assert Worker().carry(NOW, [one]) == 1 and states("test.far") == ["done"]


@on_database
def test_a_courier_that_fails_after_a_while_waits_from_then_on(world: World) -> None:
    time = [NOW]

    def carry(message: outbox.Message) -> None:
        time[0] += timedelta(seconds=20)
        raise TimeoutError

    outbox._LISTENERS.clear()
    outbox.courier("test.far")(carry)
    owe("test.far")
    assert Worker(clock=lambda: time[0]).carry(NOW) == 1
    assert Message.objects.get().due_at > NOW + timedelta(seconds=20)


@on_database
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan of a small table says nothing on PostgreSQL")
def test_no_line_looks_through_what_waits_for_another(world: World) -> None:
    with CaptureQueriesContext(connection) as seen:
        Worker().carry(NOW, outbox.couriers(), limit=1)
    (claim,) = [query["sql"] for query in seen.captured_queries if "RETURNING" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + claim.strip())
        plan = " ".join(row[3] for row in cursor.fetchall())
    assert "message_line (listener=? AND due_at<?)" in plan, plan


@on_database
def test_a_claim_takes_no_more_than_it_asks_for_however_the_database_goes_about_it(world: World) -> None:
    """PostgreSQL may run a limited subquery anew for each row it looks at; what it then leased beside would lie."""
    for _ in range(6):
        owe("test.far")
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for way in ("hashjoin", "mergejoin", "material", "hashagg", "sort", "memoize"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
        assert [len(Worker().claim(NOW, limit, only=outbox.couriers())) for limit in (1, 1, 2)] == [1, 1, 2]


def test_the_wait_doubles_and_never_grows_beyond_a_good_six_hours() -> None:
    waits = [outbox.backoff(attempts) for attempts in range(1, 40)]
    assert timedelta(seconds=4) < waits[0] < timedelta(seconds=6)
    assert max(waits) < timedelta(hours=7)
    assert min(waits[20:]) > timedelta(hours=5)


@on_database
def test_a_key_owes_a_message_once(world: World) -> None:
    for _ in range(2):
        with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test") as deed:
            deed.send("test.near", {}, key="once")
    assert Worker().handle(NOW) == 1
    assert len(world.heard) == 1


@on_database
def test_what_cannot_be_helped_is_given_up_at_once_and_only_that_is_revived(world: World) -> None:
    def give_up(message: outbox.Message) -> None:
        raise outbox.GiveUp("the number is blocked")

    outbox._LISTENERS.clear()
    outbox.listener("test.near")(give_up)
    owe("test.near")
    message = Message.objects.get()
    assert not owed.revive(message.id, NOW), "it is not dead"
    Worker().handle(NOW)
    assert (states("test.near"), Message.objects.get().attempts) == (["dead"], 1)
    assert owed.revive(message.id, LATER)
    kept = Message.objects.get()
    assert (kept.state, kept.attempts, kept.due_at) == ("waiting", 0, LATER)


@on_database
def test_who_lost_their_lease_puts_nothing_back(world: World) -> None:
    def fail(message: outbox.Message) -> None:
        raise OSError("no line")

    outbox._LISTENERS.clear()
    outbox.courier("test.far")(fail)
    owe("test.far")
    slow, quick = Worker("slow"), Worker("quick")
    (taken,) = slow.claim(NOW, 1)
    assert len(quick.claim(LATER, 1)) == 1
    slow._deliver(taken, LATER)
    kept = Message.objects.get()
    assert (kept.leased_by, kept.last_error, kept.lease_until) == ("quick", "", LATER + LEASE)


# ---- a clock that was set back ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("put_off", "follows"),
    [
        ({"created_at": NOW + timedelta(hours=3), "due_at": NOW + timedelta(hours=3)}, True),
        ({"attempts": 2, "due_at": NOW + timedelta(hours=30)}, True),
        ({"attempts": 1, "lease_until": NOW + timedelta(hours=3)}, True),
        ({"attempts": 2, "due_at": NOW + timedelta(hours=6)}, False),
        ({"attempts": 1, "lease_until": NOW + LEASE}, False),
        ({"created_at": NOW + timedelta(seconds=30), "due_at": NOW + timedelta(seconds=30)}, False),
    ],
)
def test_what_a_clock_ahead_put_off_is_due_once_it_is_set_back(put_off: dict[str, object], follows: bool) -> None:
    told = {"created_at": NOW, "due_at": NOW, "attempts": 0, **put_off}
    kept = Message.objects.create(topic="t", listener="l", payload={}, state="waiting", **told)
    assert outbox.follow_clock(NOW) == int(follows)
    kept.refresh_from_db()
    assert (kept.due_at == NOW and kept.lease_until is None) is follows
