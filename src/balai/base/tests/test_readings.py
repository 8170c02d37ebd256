"""Who read what of a person: their own rows, lists in which they stand, refusals; folded by reader and day."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from balai.base import access_log, journal_check, readings
from balai.base.actors import Actor
from balai.base.models import Access, AccessMember

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Makassar")
NOW = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)  # 23.30 in Samarinda
READER, SITI, JOKO = uuid4(), uuid4(), uuid4()
BUDI = Actor("officer", "desk", READER)


def read(now: datetime = NOW, *, person: UUID | None = SITI, **more: object) -> None:
    access_log.record_access(
        BUDI, purpose="casework", object=str(more.pop("object", "case:1")), person_id=person, now=now, **more
    )  # type: ignore[arg-type]


def test_a_day_is_the_halls_own_day() -> None:
    read()
    read(NOW + timedelta(hours=1))  # half past midnight
    days = readings.list_days(readings.About((SITI,)), ZONE)
    assert [(one.day.day, one.opened) for one in days] == [(3, 1), (2, 1)]


def test_lists_and_refusals_are_told_apart_and_found_by_whoever_stands_in_them() -> None:
    read()
    read(refused=True)
    read(person=None, object="list:inbox", members=[SITI, JOKO])
    (day,) = readings.list_days(readings.About((SITI,)), ZONE)
    assert (day.actor, day.opened, day.listed, day.refused) == (BUDI.reference, 1, 1, 1)
    (day,) = readings.list_days(readings.About((JOKO,)), ZONE)
    assert (day.opened, day.listed, day.refused) == (0, 1, 0)
    assert readings.list_days(readings.About((uuid4(),)), ZONE) == []


def test_who_is_in_a_list_is_kept_once_and_as_hashes_alone() -> None:
    for members in ([SITI, JOKO], [JOKO, SITI], [SITI]):
        read(person=None, object="list:inbox", members=members)
    assert AccessMember.objects.count() == 3
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM base_accessmember")
        kept = str(cursor.fetchall())
    assert str(SITI) not in kept and SITI.hex not in kept and SITI.bytes.hex() not in kept


@pytest.mark.parametrize("fault", ["taken out", "put in", "exchanged", "emptied"])
def test_a_list_whose_members_were_changed_is_found(fault: str) -> None:
    read(person=None, object="list:inbox", members=[SITI, JOKO])
    assert readings.list_broken_lists() == []
    kept = Access.objects.get().list_id
    assert kept is not None
    row = AccessMember.objects.filter(person_hash=access_log.member_hash(SITI))
    if fault == "taken out":
        row.delete()
    elif fault == "put in":
        AccessMember.objects.create(list_id=kept, person_hash=access_log.member_hash(uuid4()))
    elif fault == "exchanged":
        row.update(person_hash=access_log.member_hash(uuid4()))
    else:
        AccessMember.objects.all().delete()
    assert readings.list_broken_lists() == [bytes(kept).hex()]
    told = [fault for fault in journal_check.verify_journal().faults if fault.startswith("base_accessmember")]
    assert len(told) == 1 and bytes(kept).hex() in told[0]


def test_what_law_keeps_back_is_left_out_for_its_stretch_and_its_reader_alone() -> None:
    read()
    read(NOW - timedelta(days=2))
    hidden = [(READER, NOW - timedelta(days=1), NOW + timedelta(days=1))]
    (day,) = readings.list_days(readings.About((SITI,)), ZONE, hidden=hidden)
    assert day.day.day == 28
    assert len(readings.list_days(readings.About((SITI,)), ZONE, hidden=[(uuid4(), *hidden[0][1:])])) == 2


def test_ones_own_looks_are_none() -> None:
    access_log.record_access(Actor("person", "portal", SITI), purpose="own", object="case:1", person_id=SITI, now=NOW)
    assert readings.list_days(readings.About((SITI,)), ZONE, without=[SITI]) == []
    assert len(readings.list_days(readings.About((SITI,)), ZONE)) == 1
