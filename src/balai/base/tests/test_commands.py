"""A command is carried out once: repetitions, other data, what is judged before, and what has no lasting form."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from balai.base import journal
from balai.base.actors import CLOCK, Actor
from balai.base.commands import command, digest_of, id_of, once
from balai.base.errors import Conflict, NotAllowed
from balai.base.models import Deed, Entry

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
BARRED: dict[str, bool] = {}


@command("test.keep", answer=id_of("made"), apart=("how",))
def keep(*, command_id: UUID, actor: Actor, now: datetime, what: str, on: date | None = None, how: str = "") -> UUID:
    if what in BARRED:
        raise NotAllowed
    with once() as deed:
        made = uuid4()
        deed.record("test:1", "keep", {"made": str(made)})
        deed.answer = {"made": str(made)}
    return made


@command("test.twice", actor=CLOCK)
def twice(*, message_id: UUID, now: datetime, inner: UUID) -> None:
    keep(command_id=inner, actor=CLOCK, now=now, what="within")
    with once() as deed:
        deed.record("test:1", "twice", {})


def ask(command_id: UUID, what: str = "this", **more: Any) -> UUID:
    return keep(command_id=command_id, actor=CLOCK, now=NOW, what=what, **more)


def test_a_repetition_gives_the_answer_of_its_day_and_writes_nothing(db: None) -> None:
    command_id = uuid4()
    first = ask(command_id)
    assert keep(command_id=command_id, actor=CLOCK, now=NOW + timedelta(days=1), what="this") == first
    assert Entry.objects.filter(stream="test:1").count() == 1
    assert ask(uuid4()) != first


@pytest.mark.parametrize("other", [{"what": "that"}, {"on": date(2026, 3, 2)}])
def test_the_same_id_with_other_data_is_refused_whichever_of_them_differs(db: None, other: dict[str, Any]) -> None:
    command_id = uuid4()
    ask(command_id)
    with pytest.raises(Conflict, match="command-reused"):
        ask(command_id, **other)
    assert Entry.objects.filter(stream="test:1").count() == 1


def test_how_somebody_asks_is_no_data(db: None) -> None:
    command_id = uuid4()
    assert ask(command_id, how="by the page") == ask(command_id, how="by the link in a mail")


def test_what_is_judged_before_is_judged_of_a_repetition_too(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    command_id = uuid4()
    ask(command_id)
    monkeypatch.setitem(BARRED, "this", True)
    with pytest.raises(NotAllowed):
        ask(command_id)


def test_one_command_inside_another_is_told_apart(db: None) -> None:
    inner, outer = uuid4(), uuid4()
    ask(inner, what="within")
    twice(message_id=outer, now=NOW, inner=inner)
    twice(message_id=outer, now=NOW, inner=inner)
    assert list(Entry.objects.filter(stream="test:1").order_by("seq").values_list("action", flat=True)) == [
        "keep",
        "twice",
    ]
    with pytest.raises(Conflict, match="command-reused"):
        twice(message_id=outer, now=NOW, inner=uuid4())


def test_a_deed_without_a_command_is_a_fault_of_the_program(db: None) -> None:
    with pytest.raises(RuntimeError, match="no command runs here"), once():
        pass
    ask(uuid4())
    with pytest.raises(RuntimeError), once():
        pass


def test_a_command_of_the_release_before_may_still_be_asked_again(db: None) -> None:
    command_id, answer = uuid4(), uuid4()
    with journal.deed(command_id, actor=CLOCK, now=NOW, name="test.keep", digest=journal.digest_of("this")) as deed:
        deed.answer = {"made": str(answer)}
    assert ask(command_id) == answer
    with pytest.raises(Conflict, match="command-reused"), journal.deed(command_id, actor=CLOCK, now=NOW, name="other"):
        pass


def test_the_digest_is_under_the_towns_key(db: None) -> None:
    """What is short can be tried out: a digest of a NIK without a key is the NIK."""
    command_id = uuid4()
    ask(command_id, what="3201010101900001")
    kept = bytes(Deed.objects.get(id=journal.bound(command_id, CLOCK)).digest)
    assert kept == digest_of({"what": "3201010101900001", "on": None})
    assert journal.digest_of({"what": "3201010101900001", "on": None}) not in kept


@dataclass(frozen=True)
class Shape:
    name: str
    many: tuple[int, ...] = ()


SAME = [
    ({"at": NOW}, {"at": NOW.astimezone(timezone(timedelta(hours=7)))}),
    ({"of": {"b": 1, "a": 2}}, {"of": {"a": 2, "b": 1}}),
    ({"of": {"x", "y", "z"}}, {"of": frozenset(("z", "y", "x"))}),
    ({"of": [1, 2]}, {"of": (1, 2)}),
]
OTHER = [
    ({"at": NOW}, {"at": NOW + timedelta(microseconds=1)}),
    ({"of": Decimal("1.0")}, {"of": Decimal("1.00")}),
    ({"of": [1, 2]}, {"of": [2, 1]}),
    ({"of": b"one"}, {"of": b"other"}),
    ({"of": Shape("a", (1,))}, {"of": Shape("a", (2,))}),
    ({"of": None}, {"of": ""}),
    ({"of": {"a": {"b": 1}}}, {"of": {"a": {"b": 2}}}),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_has_one_digest(one: dict[str, Any], other: dict[str, Any], db: None) -> None:
    assert digest_of(one) == digest_of(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_what_differs_has_another(one: dict[str, Any], other: dict[str, Any], db: None) -> None:
    assert digest_of(one) != digest_of(other)


@pytest.mark.parametrize("fleeting", [object(), iter([1]), lambda: 1])
def test_what_has_no_lasting_form_is_refused(fleeting: Any, db: None) -> None:
    with pytest.raises(TypeError, match="lasting form"):
        digest_of({"of": fleeting})
