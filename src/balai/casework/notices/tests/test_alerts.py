"""Administrators are told of what needs them: once, gathered, without a name of anybody concerned."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service

from balai.base import outbox, owed, plugs
from balai.base.models import Entry, Failure, Message
from balai.base.outbox import Worker
from balai.casework.cases import queries as cases
from balai.casework.cases.models import Case
from balai.casework.notices import actions, events, listeners
from balai.casework.notices.carriers import Parcel
from balai.casework.notices.models import Alert
from balai.records.offices.models import Appointment
from balai.records.people import actions as people
from balai.records.people.models import Account

pytestmark = pytest.mark.django_db(transaction=True)
SENT: list[Parcel] = []


@plugs.adapter("mail", "box")
class Box:
    """A carrier that keeps what it is given."""

    def send(self, parcel: Parcel) -> str:
        SENT.append(parcel)
        return "kept"


@pytest.fixture(autouse=True)
def box(settings: Any) -> None:
    SENT.clear()
    settings.BALAI_PLUGS = {**settings.BALAI_PLUGS, "mail": "box"}


@pytest.fixture
def cast() -> Cast:
    """Let Joko administer the installation."""
    open_service()
    cast = make_cast(NOW)
    Account.objects.filter(id=cast.joko.account_id).update(is_administrator=True, second_factor_required=True)
    return cast


def alert(case_id: UUID, code: str, now: datetime = NOW, node: str = "remind") -> None:
    actions.raise_alert(
        message_id=uuid4(), actor=listeners.POST, now=now, kind="incident", subject=f"{case_id}:{node}:{code}",
        case_id=case_id, node=node, detail=code,
    )  # fmt: skip


def stuck_case(cast: Cast) -> UUID:
    case_id = apply_for_sku(cast).case_id
    Case.objects.filter(id=case_id).update(stuck_at=NOW)
    return case_id


def mails() -> list[Parcel]:
    return [parcel for parcel in SENT if parcel.subject.startswith("Balai:")]


def test_the_first_is_told_at_once_and_what_follows_is_gathered(cast: Cast) -> None:
    case_id = stuck_case(cast)
    alert(case_id, "smtp-down")
    Worker().drain(NOW)
    (mail,) = mails()
    assert mail.to == "joko@balai.example"
    assert mail.subject == "Balai: 1 hal perlu perhatian Anda"
    assert cases.read_case(case_id=case_id).number in mail.body
    assert "Ingatkan pemohon" in mail.body
    assert "smtp-down" in mail.body
    assert "/meja/kelola/" in mail.body
    assert "Siti" not in mail.body
    for code in ("one", "two", "three"):
        alert(case_id, code, NOW + timedelta(minutes=10))
    Worker().drain(NOW + timedelta(minutes=50))
    assert len(mails()) == 1, "not a flood"
    Worker().drain(NOW + timedelta(minutes=61))
    assert [mail.subject for mail in mails()[1:]] == ["Balai: 3 hal perlu perhatian Anda"]
    Worker().drain(NOW + timedelta(hours=9))
    assert len(mails()) == 2, "each is told once"


def test_what_is_said_again_is_told_again_only_after_a_day(cast: Cast) -> None:
    case_id = stuck_case(cast)
    for hours in (0, 2, 4):
        alert(case_id, "smtp-down", NOW + timedelta(hours=hours))
        Worker().drain(NOW + timedelta(hours=hours))
    assert len(mails()) == 1
    assert Alert.objects.get().times == 3
    alert(case_id, "smtp-down", NOW + timedelta(hours=29))
    Worker().drain(NOW + timedelta(hours=29))
    assert len(mails()) == 2


def test_the_same_message_twice_is_one_alert(cast: Cast) -> None:
    case_id, message_id = stuck_case(cast), uuid4()
    for _ in range(2):
        actions.raise_alert(
            message_id=message_id, actor=listeners.POST, now=NOW, kind="incident", subject="s", case_id=case_id
        )
    assert Alert.objects.get().times == 1


def test_what_goes_on_again_before_it_was_told_bothers_nobody(cast: Cast) -> None:
    case_id = stuck_case(cast)
    alert(case_id, "smtp-down")
    Case.objects.filter(id=case_id).update(stuck_at=None)
    Worker().drain(NOW)
    assert mails() == []
    assert Alert.objects.filter(told_at__isnull=True).count() == 0


def test_without_an_administrator_it_waits_for_one(cast: Cast) -> None:
    Account.objects.update(is_administrator=False)
    alert(stuck_case(cast), "smtp-down")
    Worker().drain(NOW)
    assert mails() == []
    Account.objects.filter(id=cast.joko.account_id).update(is_administrator=True, second_factor_required=True)
    Worker().drain(NOW + timedelta(minutes=1))
    assert len(mails()) == 1


def test_one_vacancy_is_one_alert_however_many_tasks_it_meets(cast: Cast) -> None:
    Appointment.objects.filter(post__role="clerk").delete()
    apply_for_sku(cast)
    apply_for_sku(cast)
    Worker().drain(NOW)
    Worker().drain(NOW + timedelta(minutes=1))
    (mail,) = mails()
    assert "tidak punya petugas untuk peran clerk" in mail.body
    assert Alert.objects.get(kind="unstaffed").times == 2


def test_a_dead_message_is_told_but_not_that_of_these_very_mails(cast: Cast) -> None:
    for topic in ("notices.queued", events.GATHERED):
        Message.objects.create(
            topic=topic, listener="x.y", payload={"person": str(cast.joko.person_id)}, created_at=NOW, due_at=NOW,
            state="dead", attempts=12,
        )  # fmt: skip
    Worker().drain(NOW)
    (mail,) = mails()
    assert "notices.queued" in mail.body
    assert events.GATHERED not in mail.body
    assert Alert.objects.filter(kind="dead").count() == 1


def test_english_administrators_read_english(cast: Cast) -> None:
    people.change_details(
        command_id=uuid4(), actor=cast.joko.citizen, now=NOW, person_id=cast.joko.person_id, language="en"
    )
    alert(stuck_case(cast), "smtp-down")
    Worker().drain(NOW)
    (mail,) = mails()
    assert mail.subject == "Balai: 1 thing needs your attention"
    assert "cannot go on by itself" in mail.body


def test_telling_is_journaled_and_carried_by_the_outbox(cast: Cast) -> None:
    alert(stuck_case(cast), "smtp-down")
    listeners.tell_administrators(NOW)
    entry = Entry.objects.get(stream="notices", action="tell")
    assert entry.body["alerts"] == 1
    listeners.send_digests(NOW)
    message = Message.objects.get(topic=events.GATHERED)
    assert set(message.payload) == {"batch", "person"}


def test_a_carrier_that_is_down_keeps_the_mail_for_later(cast: Cast, settings: Any) -> None:
    settings.BALAI_PLUGS = {**settings.BALAI_PLUGS, "mail": "failing"}
    alert(stuck_case(cast), "smtp-down")
    Worker().drain(NOW)
    message = Message.objects.get(topic=events.GATHERED)
    assert message.state == "waiting"
    assert "ConnectionError" in message.last_error
    assert owed.count_attention()["dead"] == 0


# ---- regular work that fails


def keep_failing(job: str, items: int, times: int, now: datetime = NOW) -> None:
    for item in range(items):
        Failure.objects.create(
            job=job, item=str(item), times=times, since=now, tried_at=now, due_at=now, last_error="E"
        )


def test_what_keeps_failing_is_one_alert_for_its_job_however_much_it_is(cast: Cast) -> None:
    keep_failing("test.fire", 40, outbox.STUBBORN)
    keep_failing("test.deem", 1, outbox.STUBBORN - 1)
    for minutes in range(0, 200, 30):
        listeners.tell_administrators(NOW + timedelta(minutes=minutes))
    Worker().drain(NOW + timedelta(minutes=200))
    (mail,) = mails()
    assert "test.fire terus gagal" in mail.body
    assert "test.deem" not in mail.body, "it may pass by itself"
    assert Alert.objects.get().times == 1


def test_an_alert_of_regular_work_goes_when_all_of_it_works_and_comes_anew_when_it_fails_again(cast: Cast) -> None:
    keep_failing("test.fire", 2, outbox.STUBBORN)
    Worker().drain(NOW)
    Failure.objects.filter(item="0").delete()
    listeners.tell_administrators(NOW + timedelta(hours=2))
    assert Alert.objects.count() == 1, "something of it still fails"
    Failure.objects.all().delete()
    listeners.tell_administrators(NOW + timedelta(hours=3))
    assert Alert.objects.count() == 0
    assert Entry.objects.get(stream="notices", action="job-again").body == {"jobs": ["test.fire"]}
    keep_failing("test.fire", 1, outbox.STUBBORN, NOW + timedelta(hours=4))
    Worker().drain(NOW + timedelta(hours=4))
    assert len(mails()) == 2


def test_a_case_that_no_clock_can_open_reaches_the_administrators(cast: Cast) -> None:
    """The whole way: a broken case, the jobs that fall over it, the mail."""
    case_id = apply_for_sku(cast).case_id
    Case.objects.filter(id=case_id).update(data_sealed=b"noise" * 20)
    late = Case.objects.get(id=case_id).due_at
    worker = Worker()
    for minutes in range(1, 30):
        worker.run_once(late + timedelta(minutes=minutes))
    (mail,) = mails()
    assert "cases.deem terus gagal" in mail.body and "cases.tell-overdue terus gagal" in mail.body
