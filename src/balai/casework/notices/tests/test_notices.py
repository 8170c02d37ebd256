"""What people are told: to whom, by which channel, in which words; sealed, read once, stuck ones shown to the operator."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service

from balai.base import crypto
from balai.base.errors import NotFound
from balai.base.outbox import Worker
from balai.casework.cases import queries as cases
from balai.casework.cases.actions import Command, act
from balai.casework.cases.models import Case, Task
from balai.casework.notices import actions, queries, rules
from balai.casework.notices.models import Notice
from balai.engine import manifest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


@pytest.fixture
def case_id(cast: Cast) -> UUID:
    made = apply_for_sku(cast).case_id
    Worker().drain(NOW)
    return made


def test_the_applicant_is_told_by_each_channel_in_sealed_words(cast: Cast, case_id: UUID) -> None:
    told = Notice.objects.filter(case_id=case_id, event="received", audience="applicant")
    assert set(told.values_list("channel", "state")) == {("portal", "sent"), ("email", "sent"), ("sms", "sent")}
    number = Case.objects.get(id=case_id).number
    (shown,) = queries.list_notices_of(cast.siti.person_id)
    assert number in shown.subject + shown.body
    assert "{" not in shown.subject + shown.body
    for notice in told:
        assert number.encode() not in bytes(notice.content_sealed)
        assert b"contoh" not in bytes(notice.address_sealed)
        assert not notice.address_masked or "*" in notice.address_masked
    assert queries.count_by_state()["sent"] >= 3


def test_sending_back_tells_what_is_missing_and_where_to_go(cast: Cast, case_id: UUID) -> None:
    token = Task.objects.get(case_id=case_id, state="open").token
    data = {"result": "incomplete", "missing": "Foto usaha belum jelas"}
    act(
        Command(
            id=uuid4(), actor=cast.budi.officer, now=NOW, case_id=case_id, action="complete", token=token, data=data
        )
    )
    Worker().drain(NOW + timedelta(minutes=1))
    newest = queries.list_notices_of(cast.siti.person_id)[0]
    assert "Foto usaha belum jelas" in newest.body
    assert f"/berkas/{Case.objects.get(id=case_id).number}/" in newest.body


def test_reading_is_ones_own(cast: Cast, case_id: UUID) -> None:
    ids = [notice.id for notice in queries.list_notices_of(cast.siti.person_id)]
    assert len(ids) == 1
    assert actions.mark_read(actor=cast.joko.citizen, now=NOW, notice_ids=ids) == 0
    assert actions.mark_read(actor=cast.siti.citizen, now=NOW, notice_ids=ids) == 1
    assert actions.mark_read(actor=cast.siti.citizen, now=NOW, notice_ids=ids) == 0
    assert [notice.read_at for notice in queries.list_notices_of(cast.siti.person_id)] == [NOW]
    assert queries.list_notices_of(cast.joko.person_id) == []


def test_the_same_event_is_told_once(cast: Cast, case_id: UUID) -> None:
    before = Notice.objects.count()
    message = uuid4()
    told = {
        "message_id": message,
        "actor": cast.budi.officer,
        "now": NOW,
        "case_id": case_id,
        "event": "received",
        "node": "",
    }
    assert actions.queue(**told) == 3  # type: ignore[arg-type]
    assert actions.queue(**told) == 0  # type: ignore[arg-type]
    assert Notice.objects.count() == before + 3


def test_a_destroyed_case_tells_nothing_any_more(cast: Cast, case_id: UUID) -> None:
    crypto.shred(cases.read_case(case_id=case_id).vault_id, NOW)
    assert queries.list_notices_of(cast.siti.person_id) == []
    assert len(queries.list_of_case(case_id)) == 3


def test_a_notice_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        queries.get_notice(uuid4())


def test_trying_again_is_for_what_failed_alone(cast: Cast, case_id: UUID) -> None:
    sent = Notice.objects.get(case_id=case_id, channel="email")
    actions.try_again(command_id=uuid4(), actor=cast.ratna.officer, now=NOW, notice_id=sent.id)
    sent.refresh_from_db()
    assert sent.state == "sent"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("Berkas {case.number}.", "Berkas SKU-1."),
        ("{unknown} Halo {case.nothing.deeper}", "Halo"),
        ("{case.__class__}{case.number.real}.", "."),
        ("Alasan: {reason} .", "Alasan:."),
    ],
)
def test_words_are_filled_by_name_alone(template: str, said: str) -> None:
    assert manifest.fill(template, {"case": {"number": "SKU-1"}, "reason": None}) == said


def test_a_subject_is_one_line_whatever_is_smuggled_in() -> None:
    assert rules.one_line("Halo\r\nBcc: joko@example.org") == "Halo Bcc: joko@example.org"


@pytest.mark.parametrize("address", ["siti@contoh.id", "s@contoh.id", "+6281200000001", "12345", ""])
def test_a_masked_address_gives_nothing_away(address: str) -> None:
    masked = rules.mask_address(address)
    assert masked != address or not address
    assert len(masked.partition("@")[0].replace("*", "")) <= 7
