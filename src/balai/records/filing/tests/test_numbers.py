"""Numbers are given out once and without a gap, also when two take them at once, in threads and in processes."""

import json
import os
import signal
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connections
from tests.cast import NOW
from tests.races import at_once

from balai.base import journal
from balai.base.actors import CLOCK
from balai.records.filing import actions, queries
from balai.records.filing.models import NumberSequence
from balai.records.filing.tests.thing import Cupboard, take

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_sequence_counts_by_itself() -> None:
    assert [take() for _ in range(3)] == [1, 2, 3]
    assert (take(year=2027), take(class_code="1"), take(unit_code="KEC"), take()) == (1, 1, 1, 4)


def test_a_deed_that_is_undone_gives_its_number_back() -> None:
    take()
    with pytest.raises(ZeroDivisionError), journal.deed(uuid4(), actor=CLOCK, now=NOW, name="trial.number") as deed:
        assert actions.take_number(deed, unit_code="KEL", class_code="000.5", year=2026) == 2
        raise ZeroDivisionError
    assert take() == 2


def test_threads_that_take_at_once_leave_no_gap() -> None:
    def several() -> list[int]:
        return [take() for _ in range(6)]

    found = at_once(*[several] * 4)
    assert all(isinstance(one, list) for one in found), found
    assert sorted(number for one in found for number in one) == list(range(1, 25))
    assert all(one == sorted(one) for one in found)


def test_processes_that_take_at_once_leave_no_gap(tmp_path: Path) -> None:
    connections.close_all()
    children = []
    for at in range(2):
        pid = os.fork()
        if pid == 0:
            signal.alarm(60)
            code = 1
            try:
                (tmp_path / str(at)).write_text(json.dumps([take() for _ in range(10)]))
                code = 0
            finally:
                os._exit(code)
        children.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0]
    found = [json.loads((tmp_path / str(at)).read_text()) for at in range(2)]
    assert sorted(found[0] + found[1]) == list(range(1, 21))
    assert NumberSequence.objects.get().last == 20


def test_a_number_that_nobody_knows_is_found(cupboard: Cupboard) -> None:
    cupboard.numbers += [take(), take(), take()]
    assert queries.list_gaps() == []
    cupboard.numbers.remove(2)
    assert queries.list_gaps() == ["KEL 000.5 2026: 3 numbers given, 2 known"]
    cupboard.numbers.append(1)
    assert queries.list_gaps() == ["KEL 000.5 2026: 3 numbers given, 3 known, one of them twice"]
    cupboard.numbers[:] = [1, 2, 3, 4]
    assert queries.list_gaps() == ["KEL 000.5 2026: 3 numbers given, 4 known"]
    NumberSequence.objects.all().delete()
    assert queries.list_gaps() == ["KEL 000.5 2026: 0 numbers given, 4 known"]
