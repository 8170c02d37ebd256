"""`balai doctor --deep` goes through everything that is kept, and names what does not fit together."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service, sign_seen

from balai.base import checks, outbox
from balai.base.models import Deed, Entry, Message
from balai.casework.cases import queries as cases
from balai.casework.cases.actions import Command, act
from balai.casework.cases.models import Case, Task, Timer
from balai.casework.issuing import authority
from balai.casework.issuing.models import Letter, LetterFile
from balai.casework.notices.models import Notice
from balai.records.documents import queries as documents
from balai.records.documents.models import Document
from balai.records.filing.models import NumberSequence

pytestmark = pytest.mark.django_db(transaction=True)
PASSPHRASE = "kunci ratna untuk uji"


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    """A town with a signed letter and a case on its way."""
    monkeypatch.setitem(authority.SCRYPT, "n", 2**10)
    open_service()
    made = make_cast(NOW)
    if not authority.is_enrolled(made.ratna.person_id):
        authority.enroll(made.ratna.person_id, name="Ratna", organisation="Kota", passphrase=PASSPHRASE, now=NOW)
    first = apply_for_sku(made).case_id
    for member, data in (
        (made.budi, {"result": "complete", "location_seen": True}),
        (made.ratna, {"outcome": "grant", "reason": "Lengkap"}),
    ):
        task = cases.read_case(case_id=first).open_tasks[0]
        act(
            Command(
                id=uuid4(), actor=member.officer, now=NOW, case_id=first, action="complete", token=task.token, data=data
            )
        )
    sign_seen(made.ratna.officer, first, cases.read_case(case_id=first).open_tasks[0].token, PASSPHRASE, NOW)
    apply_for_sku(made)
    outbox.Worker().drain(NOW)
    return made


def bad() -> dict[str, str]:
    found = [
        finding
        for one in checks.items(deep=True)
        if one.deep
        for finding in checks.examine(one.look, Path(settings.BALAI_HOME), NOW)
    ]
    assert len({one.check for one in found}) >= 6
    return {one.check: one.words for one in found if one.state == "bad"}


def test_a_sound_hall_has_nothing_bad(cast: Cast) -> None:
    assert bad() == {}


def lose_a_file(cast: Cast) -> None:
    documents.path_of(Document.objects.all()[0]).unlink()


def flip_a_bit(cast: Cast) -> None:
    path = documents.path_of(Document.objects.all()[0])
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def lose_a_letter(cast: Cast) -> None:
    LetterFile.objects.all().delete()


def skip_a_number(cast: Cast) -> None:
    NumberSequence.objects.update(last=7)


def take_away_the_task(cast: Cast) -> None:
    Task.objects.filter(state="open").delete()
    Timer.objects.all().delete()


def move_the_case(cast: Cast) -> None:
    case = Case.objects.filter(status="open")[0]
    case.state["t"][0][1] = "decide"
    Case.objects.filter(id=case.id).update(state=case.state)


def enter_twice(cast: Cast) -> None:
    entry = Entry.objects.filter(stream__startswith="case:").order_by("-id")[0]
    entry.id, entry.seq = None, entry.seq + 1
    entry.global_seq = None
    entry.save(force_insert=True)


def enter_without_a_deed(cast: Cast) -> None:
    Entry.objects.filter(stream__startswith="case:").update(deed_id=uuid4())


def tell_twice(cast: Cast) -> None:
    notice = Notice.objects.filter(audience="applicant", case__isnull=False)[0]
    notice.id = uuid4()
    notice.save(force_insert=True)


def tell_once_more_later(cast: Cast) -> None:
    notice = Notice.objects.filter(audience="applicant", case__isnull=False)[0]
    notice.id, notice.created_at = uuid4(), notice.created_at + timedelta(seconds=9)
    notice.save(force_insert=True)


def lose_a_notice(cast: Cast) -> None:
    Notice.objects.filter(audience="applicant", channel="portal")[0].delete()


def lose_all_of_an_event(cast: Cast) -> None:
    Deed.objects.filter(name="notices.queue").delete()
    Notice.objects.all().delete()


FAULTS: list[tuple[Callable[[Cast], None], str]] = [
    (lose_a_file, "files"), (flip_a_bit, "files"), (lose_a_letter, "letters"), (skip_a_number, "numbers"),
    (take_away_the_task, "cases"), (move_the_case, "replay"), (enter_twice, "journal"), (enter_without_a_deed, "journal"),
    (tell_twice, "notices"), (tell_once_more_later, "notices"), (lose_a_notice, "notices"), (lose_all_of_an_event, "notices"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "check"), FAULTS, ids=[one[0].__name__ for one in FAULTS])
def test_each_fault_is_named(cast: Cast, fault: Callable[[Cast], None], check: str) -> None:
    fault(cast)
    assert check in bad()


def test_a_case_that_waits_for_owed_work_has_a_next_step(cast: Cast) -> None:
    take_away_the_task(cast)
    for case in Case.objects.exclude(status="closed"):
        Message.objects.create(
            topic="cases.operation", listener="a.b.c", payload={"case": str(case.id)}, created_at=NOW,
            due_at=NOW + timedelta(minutes=1), state="waiting",
        )  # fmt: skip
    assert "cases" not in bad()


def test_the_watch_leaves_the_deep_look_to_whoever_asks(cast: Cast) -> None:
    assert not any(one.deep for one in checks.items())
    assert Letter.objects.count() == 1
