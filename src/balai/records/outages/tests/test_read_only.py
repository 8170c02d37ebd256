"""A hall that can only be read: nothing is written but what must go on, nobody loses what they typed, and work waits unharmed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.test import Client
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service

from balai.base import journal, outbox, readonly, sql
from balai.base.actors import CLOCK
from balai.base.errors import BalaiError, Conflict, Unavailable
from balai.base.models import Message
from balai.casework.cases import queries as cases
from balai.doors.console.demo.cast import CONSOLE
from balai.records.outages import actions, jobs, queries
from balai.records.people.models import Account

pytestmark = pytest.mark.django_db
WHY = {"why_id": "Sedang diperiksa.", "why_en": "Under examination."}


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


@pytest.fixture(autouse=True)
def no_mark() -> Iterator[None]:
    yield
    readonly.set_mark(None)


def close(**changes: object) -> None:
    actions.make_read_only(command_id=uuid4(), actor=CONSOLE, now=NOW, **{**WHY, **changes})  # type: ignore[arg-type]


def reopen(now: datetime = NOW + timedelta(hours=2)) -> None:
    actions.make_writable(command_id=uuid4(), actor=CONSOLE, now=now)


def test_no_deed_is_opened_while_the_hall_is_read_only(cast: Cast) -> None:
    close(until=NOW + timedelta(hours=3))
    with pytest.raises(Unavailable) as refused:
        apply_for_sku(cast)
    assert refused.value.code == "hall-read-only"
    assert "Sedang diperiksa." in refused.value.message("id")
    assert "2 March 2026" in refused.value.message("en")
    assert not cases.list_applied(cast.siti.person_id)
    reopen()
    assert apply_for_sku(cast).number


def test_a_command_that_was_done_before_is_answered_as_before(cast: Cast) -> None:
    command = uuid4()
    with journal.deed(command, actor=CLOCK, now=NOW, name="test") as deed:
        deed.answer = {"n": 1}
    close()
    with journal.deed(command, actor=CLOCK, now=NOW, name="test") as again:
        assert again.repeated and again.answer == {"n": 1}


def test_what_a_deed_that_goes_on_carries_along_goes_on_too(cast: Cast) -> None:
    close()
    with (
        journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test.outer", always=True),
        journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test.inner") as inner,
    ):
        inner.record("test", "inner", {})
    assert sql.row("SELECT 1 FROM base_entry WHERE action = 'inner'")


def test_only_an_administrator_closes_and_opens(cast: Cast) -> None:
    for actor in (cast.siti.citizen, cast.ratna.officer):
        with pytest.raises(BalaiError) as refused:
            actions.make_read_only(command_id=uuid4(), actor=actor, now=NOW, **WHY)
        assert refused.value.status == 403
        with pytest.raises(BalaiError) as refused:
            actions.make_writable(command_id=uuid4(), actor=actor, now=NOW)
        assert refused.value.status == 403


def test_it_is_closed_once_and_opened_once(cast: Cast) -> None:
    close()
    with pytest.raises(Conflict):
        close()
    reopen()
    with pytest.raises(Conflict):
        reopen()


@pytest.mark.parametrize(("changes", "field"), [({"why_en": " "}, "why_en"), ({"until": NOW}, "until")])
def test_a_reason_in_both_languages_and_an_end_to_come_are_asked(
    cast: Cast, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(BalaiError) as refused:
        close(**changes)
    assert list(refused.value.fields) == [field]


def test_the_stretch_is_an_outage_for_citizens(cast: Cast) -> None:
    close()
    reopen(NOW + timedelta(hours=2))
    (owed,) = queries.list_owed()
    assert (owed.began_at, owed.length, owed.how) == (NOW, timedelta(hours=2), "read-only")


def test_messages_and_jobs_wait_and_are_tried_no_time(cast: Cast) -> None:
    apply_for_sku(cast)
    waiting = set(Message.objects.filter(state="waiting").values_list("id", flat=True))
    assert waiting
    close()
    outbox.Worker().drain(NOW + timedelta(minutes=5))
    left = Message.objects.filter(id__in=waiting)
    assert {(one.state, one.attempts) for one in left} == {("waiting", 0)}
    assert not outbox.list_failing()
    reopen()
    outbox.Worker().drain(NOW + timedelta(hours=2))
    assert not Message.objects.filter(id__in=waiting, state="waiting").exists()


def test_a_page_says_so_before_one_types_and_asks_no_database_for_it(cast: Cast) -> None:
    close(until=NOW + timedelta(days=1))
    jobs.keep_mark(NOW)
    page = Client().get("/").content.decode()
    assert "Balai sedang hanya dapat dibaca" in page and "Sedang diperiksa." in page and "3 Maret 2026" in page
    reopen()
    jobs.keep_mark(NOW)
    assert "Balai sedang hanya dapat dibaca" not in Client().get("/").content.decode()


def test_what_was_typed_comes_back_to_be_sent_again(cast: Cast) -> None:
    client = Client()
    client.force_login(Account.objects.get(id=cast.siti.account_id))
    begun = client.post("/layanan/surat-keterangan-usaha/ajukan/")
    address = f"/permohonan/{begun.headers['Location'].split('/')[2]}/business/"
    close()
    typed = {"business_name": "Warung <Siti>", "kind": "kuliner"}
    answer = client.post(address, typed)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "Sedang diperiksa." in page
    assert 'name="business_name" value="Warung &lt;Siti&gt;"' in page
    assert "Kirim lagi" in page
    reopen()
    assert client.post(address, typed).status_code in (302, 422)


def test_a_password_never_comes_back(cast: Cast) -> None:
    client = Client()
    client.force_login(Account.objects.get(id=cast.siti.account_id))
    close()
    answer = client.post("/akun-saya/kode-loket/", {"password": "rahasia-sekali", "note": "halo"})
    assert answer.status_code == 503
    assert "rahasia-sekali" not in answer.content.decode()


def test_a_long_silence_is_an_outage_that_is_found_once(cast: Cast) -> None:
    actions.give_pulse(NOW)
    assert actions.find_gap(NOW + timedelta(minutes=50)) is None
    later = NOW + timedelta(hours=5)
    assert actions.find_gap(later) is not None
    assert actions.find_gap(later + timedelta(minutes=1)) is None
    (owed,) = queries.list_owed()
    assert (owed.began_at, owed.ended_at, owed.how) == (NOW + timedelta(minutes=50), later, "found")


def test_a_hall_that_is_switched_off_at_night_finds_none(cast: Cast, settings: LazySettings) -> None:
    settings.BALAI_OUTAGE_HOURS = 0
    actions.give_pulse(NOW)
    assert actions.find_gap(NOW + timedelta(hours=12)) is None
    assert not queries.list_owed()


def test_a_hall_that_never_ran_finds_no_outage(cast: Cast) -> None:
    assert actions.find_gap(datetime.now(UTC)) is None


def test_a_machine_is_told_so_and_reads_on(cast: Cast) -> None:
    from balai.doors.api import tokens

    now = datetime.now(UTC)
    token = tokens.make_token(
        command_id=uuid4(), actor=CONSOLE, now=now, name="Uji", person_id=cast.siti.person_id,
        scopes=["cases:submit", "cases:read"],
    )  # fmt: skip
    number = apply_for_sku(cast).number
    close()
    client = Client(headers={"authorization": f"Bearer {token}", "idempotency-key": str(uuid4())})
    sent = client.post(
        "/api/v1/cases", {"service": "surat-keterangan-usaha", "answers": {}}, content_type="application/json"
    )
    assert (sent.status_code, sent.json()["code"]) == (503, "hall-read-only")
    assert client.get(f"/api/v1/cases/{number}").status_code == 200
