"""The write path: one deed or none, chained, sealed, checked; and the outbox that it feeds."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest

from balai.base import access_log, journal, journal_check, outbox, owed, sql
from balai.base.actors import CLOCK, Actor
from balai.base.errors import Conflict
from balai.base.models import Access, Entry, Message

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def do(command_id=None, digest=b"", stream="case:1", action="tested", answer=None):
    with journal.deed(command_id or uuid4(), actor=CLOCK, now=NOW, name="test", digest=digest) as deed:
        if deed.repeated:
            return deed.answer
        deed.record(stream, action, {"n": 1})
        deed.send("test.done", {"id": "1"})
        deed.answer = answer
    return answer


@pytest.fixture
def heard():
    calls = []
    saved = dict(outbox._LISTENERS)

    def hear(message):
        calls.append(message.payload)

    outbox.listener("test.done")(hear)
    yield calls
    outbox._LISTENERS.clear()
    outbox._LISTENERS.update(saved)


@pytest.mark.django_db(transaction=True)
def test_the_same_command_twice_is_one_deed(heard):
    command = uuid4()
    assert do(command, b"a", answer={"number": "X"}) == {"number": "X"}
    assert do(command, b"a", answer={"number": "Y"}) == {"number": "X"}
    assert Entry.objects.count() == 1
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_command_with_other_data_is_refused():
    command = uuid4()
    do(command, b"a")
    with pytest.raises(Conflict) as refused:
        do(command, b"b")
    assert refused.value.code == "command-reused"


@pytest.mark.django_db(transaction=True)
def test_the_same_command_for_another_deed_is_refused():
    command = uuid4()
    do(command, b"a")
    with pytest.raises(Conflict) as refused, journal.deed(command, actor=CLOCK, now=NOW, name="other", digest=b"a"):
        pass
    assert refused.value.code == "command-reused"


@pytest.mark.django_db(transaction=True)
def test_a_repeated_deed_writes_nothing_though_its_caller_tries(heard):
    command = uuid4()
    for _ in range(2):
        with journal.deed(command, actor=CLOCK, now=NOW, name="test") as deed:
            deed.record("case:1", "tested", {})
            deed.send("test.done", {})
    assert (Entry.objects.count(), Message.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_what_an_outer_deed_wrote_before_an_inner_one_failed_is_chained_on():
    with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="outer") as outer:
        outer.record("office", "first", {})
        with pytest.raises(RuntimeError), journal.deed(uuid4(), actor=CLOCK, now=NOW, name="fails") as failing:
            failing.record("office", "undone", {})
            raise RuntimeError
        outer.record("office", "second", {})
    assert list(Entry.objects.order_by("seq").values_list("seq", "action")) == [(1, "first"), (2, "second")]
    assert journal_check.verify_journal().faults == ()


@pytest.mark.django_db(transaction=True)
def test_a_failing_deed_leaves_nothing_behind(heard):
    with pytest.raises(RuntimeError), journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test") as deed:
        deed.record("case:1", "tested", {})
        deed.send("test.done", {})
        raise RuntimeError("second write failed")
    assert (Entry.objects.count(), Message.objects.count()) == (0, 0)
    assert sql.row("SELECT count(*) FROM base_deed") == (0,)


@pytest.mark.django_db(transaction=True)
def test_streams_chain_and_a_change_is_found():
    for n in range(3):
        do(stream=f"case:{n % 2}")
    assert journal.seal_entries() == 3
    report = journal_check.verify_journal()
    assert (report.entries, report.streams, report.sealed, report.faults) == (3, 2, 3, ())
    sql.execute("UPDATE base_entry SET body = %s WHERE id = (SELECT min(id) FROM base_entry)", [{"n": 2}])
    assert journal_check.verify_journal().faults == ("case:0: entry 1 was changed",)


CHANGED = {
    "actor": "person:somebody-else", "action": "did-otherwise", "at": NOW - timedelta(days=1), "deed_id": uuid4(),
    "body": {"n": 2}, "hash": bytes(32), "channel": "counter", "on_behalf_of": uuid4(), "format": 1,
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("column", CHANGED)
def test_a_change_of_who_did_what_when_by_which_command_is_found(column):
    do()
    do()
    sql.execute(f"UPDATE base_entry SET {column} = %s WHERE seq = 1", [CHANGED[column]])
    assert "case:1: entry 1 was changed" in journal_check.verify_journal().faults
    assert [line.holds for line in journal.read_stream("case:1")] == [False, column != "hash"]


def test_every_column_of_an_entry_is_one_that_a_change_of_is_found_in():
    chained = {column.column for column in Entry._meta.concrete_fields} - {
        "id",
        "global_seq",
        "global_hash",
        "salt",
    }  # those the log holds
    assert chained == {*CHANGED, "stream", "seq"}


@pytest.mark.django_db(transaction=True)
def test_an_entry_of_a_former_release_verifies_by_its_own_line():
    """As release 0.1.0 wrote it: without channel, on whose behalf, and format."""
    deed_id, before = uuid4(), bytes(32)
    for seq in (1, 2):
        line = f'["case:1",{seq},"2026-03-02T01:00:00.000000+00:00","system:clock","tested",{{"n":1}},"{deed_id}"]'.encode()
        before = sha256(before + line).digest()
        columns = ("stream", "seq", "at", "actor", "channel", "action", "body", "deed_id", "hash")
        sql.insert(
            "base_entry",
            (*columns, "format"),
            [("case:1", seq, NOW, "system:clock", "clock", "tested", {"n": 1}, deed_id, before, 1)],
        )
    sql.insert("base_stream", ("name", "seq", "hash"), [("case:1", 2, before)])
    do()
    assert journal_check.verify_journal().faults == () and all(line.holds for line in journal.read_stream("case:1"))
    assert list(Entry.objects.order_by("seq").values_list("format", flat=True)) == [1, 1, 2]
    sql.execute("UPDATE base_entry SET format = 2 WHERE seq = 1")
    assert journal_check.verify_journal().faults == ("case:1: entry 1 was changed",)


@pytest.mark.django_db(transaction=True)
def test_a_head_that_was_set_back_is_told_from_a_stream_that_was_cut():
    do()
    do()
    sql.execute("UPDATE base_stream SET seq = 1")
    assert journal_check.verify_journal().faults == ("case:1: its head (base_stream) is not that of its last entry",)


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_was_moved_to_another_stream_is_found():
    do()
    do(stream="case:2")
    sql.execute("UPDATE base_entry SET stream = 'case:3' WHERE stream = 'case:2'")
    assert "case:3: entry 1 was changed" in journal_check.verify_journal().faults


@pytest.mark.django_db(transaction=True)
def test_deeds_inside_each_other_write_to_one_stream_in_any_order():
    with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="outer") as outer:
        outer.record("office", "first", {})
        with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="inner") as inner:
            inner.record("office", "second", {})
        with pytest.raises(RuntimeError), journal.deed(uuid4(), actor=CLOCK, now=NOW, name="fails") as failing:
            failing.record("office", "undone", {})
            raise RuntimeError
        outer.record("office", "third", {})
    assert list(Entry.objects.order_by("seq").values_list("seq", "action")) == [
        (1, "first"), (2, "second"), (3, "third"),
    ]  # fmt: skip
    with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="later") as later:
        later.record("office", "fourth", {})
    report = journal_check.verify_journal()
    assert (report.entries, report.faults) == (4, ())


@pytest.mark.django_db(transaction=True)
def test_a_cut_stream_is_found():
    do()
    do()
    sql.execute("DELETE FROM base_entry WHERE seq = 2")
    assert journal_check.verify_journal().faults == ("case:1: the end of the stream was cut off",)


@pytest.mark.django_db(transaction=True)
def test_an_entry_taken_out_of_the_middle_is_named():
    for _ in range(3):
        do()
    sql.execute("DELETE FROM base_entry WHERE seq = 2")
    assert journal_check.verify_journal().faults == ("case:1: entry 2 is missing",)
    assert [line.holds for line in journal.read_stream("case:1")] == [True, False]


@pytest.mark.django_db(transaction=True)
def test_a_reading_keeps_as_much_of_its_purpose_as_there_is_room_for():
    access_log.record_access(CLOCK, purpose="x" * 300, object="case:1", person_id=None, now=NOW)
    assert Access.objects.get().purpose == "x" * 120


@pytest.mark.django_db(transaction=True)
def test_a_head_kept_by_the_caller_chains_the_same():
    head = journal.Head()
    for _ in range(3):
        with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test") as deed:
            head = deed.record("case:9", "moved", {"to": "check"}, head=head)
    assert head.seq == 3
    assert journal_check.verify_journal().faults == ()


@pytest.mark.django_db(transaction=True)
def test_effect_and_acknowledgement_share_one_transaction(heard):
    do()
    assert outbox.Worker().drain(NOW) >= 1
    assert heard == [{"id": "1"}]
    assert Message.objects.get().state == "done"
    outbox.Worker().drain(NOW)
    assert len(heard) == 1


@pytest.mark.django_db(transaction=True)
def test_a_failing_listener_is_tried_again_and_at_last_dead():
    saved = dict(outbox._LISTENERS)

    def fail(message):
        raise OSError("no line")

    outbox.listener("test.done")(fail)
    try:
        do()
        worker, now = outbox.Worker(), NOW
        worker.drain(now, rounds=1)
        message = Message.objects.get()
        assert (message.state, message.attempts) == ("waiting", 1)
        assert "no line" in message.last_error
        assert message.due_at > NOW
        for _ in range(outbox.MAX_ATTEMPTS):
            now += timedelta(hours=7)
            worker.drain(now, rounds=1)
        gone = Message.objects.get()
        assert (gone.state, gone.attempts) == ("dead", outbox.MAX_ATTEMPTS)
        assert owed.revive(message.id, now)
    finally:
        outbox._LISTENERS.clear()
        outbox._LISTENERS.update(saved)


@pytest.mark.django_db(transaction=True)
def test_a_courier_acts_outside_any_transaction_and_settles_inside():
    from django.db import connection

    saved = dict(outbox._LISTENERS)
    seen = []

    def carry(message):
        seen.append(connection.in_atomic_block)
        return lambda: seen.append(connection.in_atomic_block)

    outbox.courier("test.done")(carry)
    try:
        do()
        outbox.Worker().drain(NOW)
        assert seen == [False, True]
    finally:
        outbox._LISTENERS.clear()
        outbox._LISTENERS.update(saved)


@pytest.mark.django_db(transaction=True)
def test_a_message_whose_lease_ran_out_goes_to_another_worker(heard):
    do()
    first, second = outbox.Worker("first"), outbox.Worker("second")
    claimed = first.claim(NOW, 20)
    assert second.claim(NOW, 20) == []
    later = NOW + outbox.LEASE + timedelta(seconds=1)
    assert len(second.claim(later, 20)) == 1
    assert first._deliver(claimed[0], later) == 0
    assert heard == []


# ---- whose command it is --------------------------------------------------------------------------------------------


def _do(command_id: UUID, actor: Actor, answer: str) -> tuple[bool, Any]:
    with journal.deed(command_id, actor=actor, now=NOW, name="trial.do", digest=b"same") as deed:
        if not deed.repeated:
            deed.answer = answer
        return deed.repeated, deed.answer


@pytest.mark.django_db
def test_the_same_id_in_two_hands_is_two_deeds_and_neither_hears_of_the_other() -> None:
    shared = uuid4()
    siti, joko = (Actor("person", "api", person_id=uuid4()) for _ in range(2))
    assert _do(shared, siti, "of Siti") == (False, "of Siti")
    assert _do(shared, joko, "of Joko") == (False, "of Joko")
    assert _do(shared, siti, "again") == (True, "of Siti")


@pytest.mark.django_db
def test_one_person_is_the_same_on_every_side_and_through_every_door() -> None:
    shared, person_id = uuid4(), uuid4()
    assert _do(shared, Actor("officer", "desk", person_id=person_id, second_factor=True), "done") == (False, "done")
    assert _do(shared, Actor("person", "portal", person_id=person_id), "again") == (True, "done")


@pytest.mark.django_db
def test_machines_and_jobs_are_told_apart_by_their_names() -> None:
    shared = uuid4()
    assert _do(shared, Actor("system", "clock", name="clock"), "clock") == (False, "clock")
    assert _do(shared, Actor("system", "clock", name="messages"), "messages") == (False, "messages")
