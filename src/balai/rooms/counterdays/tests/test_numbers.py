"""Numbers drawn beforehand: each opens one case ever, whatever is sent twice, by whom, or killed; what is left is told for."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.cast import NOW, Cast, make_cast, open_service
from tests.counterday import bring, counter, stock
from tests.kills import count_lines, do_and_die
from tests.races import at_once

from balai.base import journal, journal_check
from balai.base.errors import BalaiError, Conflict
from balai.casework.cases import queries, rules
from balai.casework.cases.actions import numbers
from balai.casework.cases.actions import submission as submitting
from balai.casework.cases.models import Case, DrawnNumber
from balai.rooms.counterdays import actions
from balai.rooms.counterdays.models import Arrival

pytestmark = pytest.mark.django_db(transaction=True)
MORNING, NOON, LATER = NOW, NOW + timedelta(hours=3), NOW + timedelta(hours=6)


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


def states() -> Counter[str]:
    return Counter(DrawnNumber.objects.values_list("state", flat=True))


def test_a_number_drawn_opens_its_case_with_the_time_it_was_taken(cast: Cast) -> None:
    drawn = stock(cast, MORNING)
    with pytest.raises(Conflict) as told_once:
        command = uuid4()
        for _ in range(2):
            actions.stock_up(command_id=command, actor=counter(cast), now=MORNING, count=1, device_at=MORNING)
    assert told_once.value.code == "numbers-drawn"
    one = bring(cast, drawn, 0, taken=NOON, now=LATER)
    first, again = actions.take_in(one), actions.take_in(one)
    assert (first.state, first.why, again) == ("opened", "", first)
    row = queries.read_case(number=first.number)
    assert first.number == one.told["number"] and row.submitted_at == NOON and row.channel == "counter"
    assert row.data["contact"]["track_code"] == drawn.numbers[0].track_code
    kept = DrawnNumber.objects.get(code=drawn.numbers[0].code)
    assert kept.state == "used" and drawn.numbers[0].track_code.encode() not in bytes(kept.track_hash)
    assert bytes(Arrival.objects.get().sealed) == b"", "what became a case lies in the case alone"
    lines = [line.action for line in journal.read_stream(f"numbers:{drawn.supply_id}")]
    assert lines == ["draw", "arrive", "use", "opened"]


@pytest.mark.parametrize("fault", ["twice", "code", "service", "unknown", "returned"])
def test_a_number_that_does_not_fit_opens_nothing_and_loses_nothing(cast: Cast, fault: str) -> None:
    drawn = stock(cast, MORNING)
    actions.take_in(bring(cast, drawn, 0, taken=NOON, now=LATER))
    one = bring(cast, drawn, 1, taken=NOON, now=LATER, card={"nik": "9901014506900017", "name": "Warga Lain"})
    told = dict(one.told)
    if fault == "twice":
        told |= {
            "number": f"SKU-{drawn.numbers[0].code[:4]}-{drawn.numbers[0].code[4:]}",
            "code": drawn.numbers[0].track_code,
        }
    elif fault == "code":
        told["code"] = drawn.numbers[2].track_code
    elif fault == "service":
        told["number"] = told["number"].replace("SKU", "KTP")
    elif fault == "unknown":
        told["number"] = "SKU-0000-0000"
    else:
        actions.give_back(command_id=uuid4(), actor=counter(cast), now=LATER, supply_id=drawn.supply_id, why="lost")
    before = Case.objects.count()
    outcome = actions.take_in(replace(one, told=told))
    expected = {"twice": "number-used", "returned": "seen-returned"}.get(fault, "number-unknown")
    assert (outcome.state, outcome.why, Case.objects.count()) == ("tray", expected, before)
    assert Arrival.objects.get(id=one.id).state == "tray", "it waits for a person"


def test_what_is_left_in_the_evening_is_named_and_never_drawn_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = stock(cast, MORNING)
    actions.take_in(bring(cast, drawn, 0, taken=NOON, now=LATER))
    command = uuid4()
    counts = [
        actions.give_back(command_id=command, actor=counter(cast), now=LATER, supply_id=drawn.supply_id, why="evening")
        for _ in range(2)
    ]
    assert counts == [2, 2] and states() == {"used": 1, "unused": 2}
    line = journal.read_stream(f"numbers:{drawn.supply_id}")[-1]
    assert (line.action, sorted(line.body["unused"])) == ("return", sorted(one.code for one in drawn.numbers[1:]))
    taken = [one.code for one in drawn.numbers]
    offered, made = iter([*taken, *taken, "ZZZZ0001"]), iter([*taken, "ZZZZ0002"])
    monkeypatch.setattr("balai.base.codes.draw", lambda size: next(offered)[:size])
    assert numbers._free_codes(1) == ["ZZZZ0001"], "another counter does not get them"
    monkeypatch.setattr(rules, "make_number", lambda short: rules.spell_number(short, next(made)))
    assert submitting._free_number("SKU") == "SKU-ZZZZ-0002", "nor does an application at the portal"


def test_two_devices_with_one_number_at_the_same_moment_are_one_case_and_one_in_the_tray(cast: Cast) -> None:
    drawn = stock(cast, MORNING, count=1)
    cards = ({}, {"nik": "9901014506900017", "name": "Warga Lain"})
    came = [bring(cast, drawn, 0, taken=NOON, now=LATER, card=card) for card in cards]
    at_once(*(lambda one=one: actions.take_in(one) for one in came))
    found = [actions.take_in(one) for one in came]  # whoever was told to come again does
    assert sorted(one.state for one in found) == ["opened", "tray"]
    assert Case.objects.count() == 1 and states() == {"used": 1}


@pytest.mark.long
def test_killed_at_any_line_it_is_one_case_or_none_and_the_next_sending_makes_it_one(cast: Cast) -> None:
    drawn = stock(cast, MORNING, count=12)
    watched = (actions, numbers, submitting)
    lines = count_lines(lambda: actions.take_in(bring(cast, drawn, 0, taken=NOON, now=LATER)), watched)
    for at, line in enumerate(range(2, lines, max(1, lines // 10)), 1):
        if at >= 12:
            break
        card = {"nik": f"99010145069001{at:02}", "name": f"Warga {'ABCDEFGHIJKL'[at]}"}
        one = bring(cast, drawn, at, taken=NOON, now=LATER, card=card)
        assert do_and_die(lambda one=one: actions.take_in(one), line, watched)
        used = DrawnNumber.objects.filter(code=drawn.numbers[at].code, state="used").count()
        assert used == Case.objects.filter(number=one.told["number"]).count(), f"line {line}"
        assert actions.take_in(one).state == "opened", f"line {line}"
    assert journal_check.verify_journal().faults == ()


def test_only_a_counter_draws_and_takes_in(cast: Cast) -> None:
    drawn = stock(cast, MORNING)
    one = bring(cast, drawn, 0, taken=NOON, now=LATER)
    stranger = replace(counter(cast), person_id=cast.ratna.person_id)
    for deed in (
        lambda: actions.stock_up(command_id=uuid4(), actor=stranger, now=NOW, count=1, device_at=NOW),
        lambda: actions.take_in(replace(one, actor=stranger)),
    ):
        with pytest.raises(BalaiError) as refused:
            deed()
        assert refused.value.code == "not-allowed"
