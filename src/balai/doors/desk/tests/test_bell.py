"""The bell: an officer sees what they were told, new things first, and nobody else's."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from balai.base import journal
from balai.base.actors import CLOCK
from balai.base.outbox import Worker
from balai.casework.notices import actions, kinds, queries
from balai.casework.notices.models import Notice
from balai.doors.console.demo.cast import Member
from balai.records.people.models import Account

from .conftest import Office


def ring(office: Office, member: Member, *, ago: timedelta = timedelta(0)) -> None:
    """Tell an officer that something needs an administrator, whether they are one or not."""
    facts = {"count": 2, "lines": "- satu\n- dua"}
    with journal.deed(uuid4(), actor=CLOCK, now=office.now - ago, name="test.ring") as deed:
        actions.tell(deed, member.person_id, "alerts", facts)


def test_what_a_service_sends_to_the_desk_is_heard_there(office: Office, budi: Client) -> None:
    row = office.case()
    Worker().drain(office.now)
    before = Notice.objects.filter(channel="desk").count()
    actions.queue(
        message_id=uuid4(), actor=CLOCK, now=office.now, case_id=row.id, event="reminder", node=row.open_tasks[0].node
    )
    assert Notice.objects.filter(channel="desk").count() == before + 1
    page = budi.get("/meja/lonceng/").content.decode()
    assert row.number in page
    assert f'href="/meja/berkas/{row.number}/"' in page
    assert "Siti Rahma" not in page, "the bell names nobody in full"


def test_the_count_stands_on_every_page_until_it_was_read(office: Office, budi: Client) -> None:
    assert "belum dibaca" not in budi.get("/meja/").content.decode()
    ring(office, office.cast.budi)
    assert "belum dibaca" in budi.get("/meja/").content.decode()
    assert budi.post("/meja/lonceng/dibaca/")["Location"] == "/meja/lonceng/"
    assert "belum dibaca" not in budi.get("/meja/").content.decode()


def test_new_things_stand_on_top_and_one_can_be_read_alone(office: Office, budi: Client) -> None:
    for hours in (3, 2, 1):
        ring(office, office.cast.budi, ago=timedelta(hours=hours))
    first = queries.list_bell(office.cast.budi.person_id)
    budi.post("/meja/lonceng/dibaca/", {"notice": str(first[0].id)})
    now = queries.list_bell(office.cast.budi.person_id)
    assert [one.id for one in now] == [first[1].id, first[2].id, first[0].id]
    assert [one.read_at is None for one in now] == [True, True, False]


def test_a_bell_is_ones_own(office: Office, budi: Client, ratna: Client) -> None:
    ring(office, office.cast.budi)
    mine = queries.list_bell(office.cast.budi.person_id)[0]
    assert "Belum ada kabar" in ratna.get("/meja/lonceng/").content.decode()
    ratna.post("/meja/lonceng/dibaca/", {"notice": str(mine.id)})
    assert queries.count_bell(office.cast.budi.person_id) == 1
    assert ratna.post("/meja/lonceng/dibaca/", {"notice": "kosong"}).status_code == 404


def test_an_auditor_has_no_bell(office: Office) -> None:
    office.appoint(office.cast.joko, "auditor", unit="inspektorat")
    assert office.enter(office.cast.joko).get("/meja/lonceng/").status_code == 404


def test_an_administrator_hears_of_alerts(office: Office) -> None:
    Account.objects.filter(id=office.cast.budi.account_id).update(is_administrator=True, second_factor_required=True)
    actions.raise_alert(
        message_id=uuid4(), actor=CLOCK, now=office.now, kind="dead", subject="x", detail="notices.queued"
    )
    Worker().drain(office.now)
    page = office.enter(office.cast.budi).get("/meja/lonceng/").content.decode()
    assert "1 hal perlu perhatian Anda" in page
    assert 'href="/meja/kelola/"' in page


@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_kind_has_its_words_and_leads_to_a_page(lang: str) -> None:
    from balai.base.pages import links, texts

    for kind in kinds.kinds():
        assert kind.page == "" or links.leads(kind.page), kind.key
        assert all(texts.has(f"{kind.words}.{part}", lang) for part in ("subject", "body", "sms")), kind.key
