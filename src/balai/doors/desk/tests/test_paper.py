"""What an office received on paper is entered later: every period counts from the receipt, and nobody can bend it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from tests.cast import photo, sku_answers

from balai.base.errors import BalaiError
from balai.base.models import Entry
from balai.casework.cases import actions, history, queries
from balai.doors.console.demo.cast import CONSOLE
from balai.records.documents import actions as documents
from balai.records.outages import actions as outages

from .conftest import Office
from .test_counter import answers, begin, send

ENTERED = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)  # Tuesday 11:00 in Samarinda


def moment(text: str) -> datetime:
    """Read a moment of the town's own time."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.get_current_timezone())


def enter(office: Office, received: str, *, why: str = "paper", channel: str = "counter") -> queries.CaseRow:
    """Let Budi enter Siti's application on Tuesday at eleven, as received then."""
    actor = replace(office.cast.budi.officer, channel=channel)
    siti = office.cast.siti.person_id
    draft_id, _ = actions.start_draft(
        actor=actor, now=ENTERED, service_id="surat-keterangan-usaha", answers={}, on_behalf_of=siti
    )
    vault_id = queries.find_draft_vault(draft_id)
    assert vault_id is not None

    def file(name: str) -> dict[str, object]:
        kept = documents.store(vault_id, BytesIO(photo()), name=name, actor=actor, now=ENTERED)
        return {"document": str(kept.id), "name": name, "type": kept.media_type, "size": kept.size}

    made = actions.submit(
        actions.Submission(
            id=uuid4(), actor=actor, now=ENTERED, service_id="surat-keterangan-usaha", answers=sku_answers(file),
            on_behalf_of=siti, draft_id=draft_id, receipt=actions.Receipt(moment(received), why),
        )
    )  # fmt: skip
    return queries.read_case(case_id=made.case_id)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-03-02 10:15", "2026-03-05"),  # Monday in office hours: day 0 is Monday
        ("2026-03-02 21:30", "2026-03-06"),  # late in the evening counts as Tuesday
        ("2026-02-28 10:00", "2026-03-05"),  # a Saturday counts as Monday
    ],
)
def test_the_legal_time_counts_from_the_receipt(office: Office, received: str, due: str) -> None:
    row = enter(office, received)
    assert row.submitted_at == moment(received)
    assert row.due_at is not None
    assert timezone.localtime(row.due_at).date().isoformat() == due


def test_the_journal_keeps_when_it_was_received_and_when_it_was_entered(office: Office) -> None:
    row = enter(office, "2026-03-02 10:15", why="outage")
    _, at, actor, action, body = history.list_happenings(history.get_position(row.number))[0]
    assert (action, at, body["received"]) == ("submit", ENTERED, "outage")
    assert datetime.fromisoformat(body["received_at"]) == moment("2026-03-02 10:15")
    assert actor == office.cast.budi.officer.reference
    assert history.replay(history.get_position(row.number))[1] == ""


@pytest.mark.parametrize(
    ("received", "why", "code"),
    [
        ("2026-03-03 11:01", "paper", "receipt-future"),
        ("2026-02-17 10:59", "paper", "receipt-old"),
        ("2026-03-02 10:00", "", "receipt-reason"),
        ("2026-02-20 10:00", "paper", "receipt-run-out"),  # silence grants this letter after three working days
    ],
)
def test_a_receipt_nobody_can_vouch_for_is_refused(office: Office, received: str, why: str, code: str) -> None:
    with pytest.raises(BalaiError) as refused:
        enter(office, received, why=why)
    assert refused.value.code == code


def test_how_many_days_later_is_a_setting(office: Office, settings: LazySettings) -> None:
    settings.BALAI_LATER_ENTRY_DAYS = 1
    with pytest.raises(BalaiError) as refused:
        enter(office, "2026-03-02 10:00")
    assert refused.value.code == "receipt-old"


def test_only_a_counter_tells_an_earlier_receipt(office: Office) -> None:
    with pytest.raises(BalaiError) as refused:
        enter(office, "2026-03-02 10:00", channel="api")
    assert refused.value.code == "not-allowed"


def test_the_officer_gives_date_and_time_and_both_pages_tell_them(office: Office, budi: Client) -> None:
    received = timezone.localtime(office.now) - timedelta(hours=1)
    paper = {"received": f"{received:%Y-%m-%d}", "received_time": f"{received:%H:%M}", "received_why": "outage"}
    done = send(budi, begin(budi).headers["Location"], answers(office) | paper)
    assert done.status_code == 200, done.context.get("faults")
    number = re.search(r"SKU-[0-9A-Z]{4}-[0-9A-Z]{4}", done.content.decode())
    assert number is not None
    row = queries.read_case(number=number[0])
    assert row.submitted_at == received.replace(second=0, microsecond=0)
    page = budi.get(f"/meja/berkas/{row.number}/").content.decode()
    assert "Diterima di kertas" in page
    assert "Sistem sedang tidak dapat dipakai" in page
    code = row.data["contact"]["track_code"]
    citizen = Client()
    citizen.get(f"/lacak/{row.number}/{code}/")
    assert "Diterima di kertas; dimasukkan ke sistem" in citizen.get(f"/berkas/{row.number}/").content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"received": "2026-03-02", "received_time": "", "received_why": "paper"}, "tanggal dan jam diterima"),
        ({"received": "2036-03-02", "received_time": "10:00", "received_why": "paper"}, "belum lewat"),
        ({"received": "", "received_time": "10:00", "received_why": "paper"}, "tanggal dan jam diterima"),
    ],
)
def test_what_was_typed_stays_when_the_receipt_is_refused(
    office: Office, budi: Client, typed: dict[str, str], words: str
) -> None:
    answer = budi.post(begin(budi).headers["Location"], answers(office) | typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert 'href="#received"' in page
    for value in (*typed.values(), "Kios Loket"):
        assert value in page


@pytest.mark.parametrize(("why", "hours", "fits"), [("outage", 1, True), ("paper", 1, False), ("outage", 30, False)])
def test_a_later_entry_names_the_outage_it_follows(
    office: Office, budi: Client, why: str, hours: int, fits: bool
) -> None:
    began = office.now - timedelta(hours=3)
    outage_id = outages.record_outage(
        command_id=uuid4(), actor=CONSOLE, now=office.now, began_at=began, ended_at=office.now - timedelta(minutes=5)
    )
    address = begin(budi).headers["Location"]
    assert f'<option value="{outage_id}">' in budi.get(address).content.decode()
    received = timezone.localtime(office.now) - timedelta(hours=hours)
    paper = {
        "received": f"{received:%Y-%m-%d}", "received_time": f"{received:%H:%M}", "received_why": why,
        "received_outage": str(outage_id),
    }  # fmt: skip
    done = send(budi, address, answers(office) | paper)
    assert done.status_code == (200 if fits else 422), done.context.get("faults")
    if not fits:
        said = done.content.decode()
        assert "Gangguan ini tidak cocok" in said and f'<option value="{outage_id}" selected>' in said
        return
    number = re.search(r"SKU-[0-9A-Z]{4}-[0-9A-Z]{4}", done.content.decode())
    assert number is not None
    (entry,) = [one for one in Entry.objects.all() if one.body.get("received") == "outage"]
    assert entry.body["outage"] == str(outage_id)
    page = budi.get(f"/meja/berkas/{number[0]}/").content.decode()
    assert f"{timezone.localtime(began):%H.%M}" in page
