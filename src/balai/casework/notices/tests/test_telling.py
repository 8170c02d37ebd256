"""The port by which any app tells a person something: a room brings a kind and its words, and tells it inside its own deed."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.test import override_settings
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service

from balai.base import journal, plugs
from balai.base.actors import CLOCK
from balai.base.models import Message
from balai.base.outbox import Worker
from balai.base.pages import links, texts
from balai.base.post import Refused
from balai.casework.cases import queries as cases
from balai.casework.notices import actions, kinds, queries
from balai.casework.notices.carriers import Parcel
from balai.casework.notices.models import Notice

pytestmark = pytest.mark.django_db(transaction=True)
SENT: list[Parcel] = []
WORDS = {
    "id": "notices:\n  asked: {subject: 'Tanya {about}', body: 'Ada tanya {about}, lihat {link}', sms: 'Tanya {link}'}\n"
    "  read: {subject: 'Sudah dibaca: {about}', body: 'Dibaca, {link}', sms: 'Dibaca'}\n",
    "en": "notices:\n  asked: {subject: 'Question {about}', body: 'A question {about}, see {link}', sms: 'Q {link}'}\n"
    "  read: {subject: 'Was read: {about}', body: 'Read, {link}', sms: 'Read'}\n",
}  # fmt: skip


@plugs.adapter("mail", "kept")
@plugs.adapter("sms", "kept")
class Kept:
    """A carrier that keeps what it is given."""

    def send(self, parcel: Parcel) -> str:
        SENT.append(parcel)
        return "kept"


@plugs.adapter("mail", "closed")
class Closed:
    """A carrier that takes nothing, ever."""

    def send(self, parcel: Parcel) -> str:
        raise Refused("550 no such box")


@pytest.fixture(autouse=True)
def box(settings: Any) -> None:
    SENT.clear()
    settings.BALAI_PLUGS = {**settings.BALAI_PLUGS, "mail": "kept", "sms": "kept"}


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


@pytest.fixture(autouse=True)
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let an app be here that the house does not know: `trialroom`, with words, a page and two kinds of its own."""
    folder = tmp_path / "trialroom"
    (folder / "texts").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    for lang, words in WORDS.items():
        (folder / "texts" / f"{lang}.yaml").write_text(words, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(links, "_PAGES", links.pages())
    monkeypatch.setattr(kinds, "_KINDS", dict(kinds._KINDS))
    links.lead("trialroom.question", "/tanya/{}/", "trialroom:question")
    kinds.kind("trialroom.asked", page="trialroom.question")
    kinds.kind("trialroom.read", page="trialroom.question", audience="officer", urgency="digest")
    with override_settings(INSTALLED_APPS=[*(config.name for config in apps.get_app_configs()), "trialroom"]):
        texts.table.cache_clear()
        yield
    texts.table.cache_clear()
    sys.modules.pop("trialroom", None)


def ask(person_id: UUID, *, key: str = "trialroom.asked", about: str = "Warung", minutes: int = 0, **more: Any) -> int:
    """Do a deed of the room that tells somebody something."""
    now = NOW + timedelta(minutes=minutes)
    with journal.deed(uuid4(), actor=CLOCK, now=now, name="trialroom.ask") as deed:
        return actions.tell(deed, person_id, key, {"about": about}, args=("a b",), **more)


def test_a_room_tells_a_person_by_every_channel_in_its_own_words(cast: Cast) -> None:
    assert ask(cast.joko.person_id) == 3
    Worker().drain(NOW)
    assert {(parcel.to, parcel.subject) for parcel in SENT} == {
        ("joko@balai.example", "Tanya Warung"), ("+6281200000004", "Tanya Warung"),
    }  # fmt: skip
    assert {parcel.body.partition("\n\n-- \n")[0] for parcel in SENT} == {
        f"Ada tanya Warung, lihat {links.address('trialroom.question', 'a b')}",
        f"Tanya {links.address('trialroom.question', 'a b')}",
    }
    (shown,) = queries.list_notices_of(cast.joko.person_id)
    assert (shown.subject, shown.url) == ("Tanya Warung", "/tanya/a%20b/")
    sealed = b"".join(bytes(row.content_sealed) for row in Notice.objects.all())
    assert b"Warung" not in sealed


def test_what_is_told_happens_with_the_deed_or_not_at_all(cast: Cast) -> None:
    with pytest.raises(RuntimeError), journal.deed(uuid4(), actor=CLOCK, now=NOW, name="trialroom.ask") as deed:
        actions.tell(deed, cast.joko.person_id, "trialroom.asked", {"about": "x"}, args=(1,))
        raise RuntimeError
    assert not Notice.objects.exists()
    assert not Message.objects.filter(topic="notices.queued").exists()


def test_about_a_case_it_is_sealed_under_the_case(cast: Cast) -> None:
    case = cases.read_case(case_id=apply_for_sku(cast).case_id)
    before = set(Notice.objects.values_list("id", flat=True))
    ask(cast.budi.person_id, key="trialroom.read", case=case)
    told = Notice.objects.exclude(id__in=before)
    assert {(row.case_id, row.channel, row.state) for row in told} == {
        (case.id, "desk", "sent"), (case.id, "email", "gathered"),
    }  # fmt: skip
    assert {queries.vault_of(row).id for row in told} == {case.vault_id}


def test_the_first_of_what_is_not_urgent_goes_at_once_and_what_follows_goes_together(cast: Cast) -> None:
    budi = cast.budi.person_id
    ask(budi, key="trialroom.read", about="satu")
    Worker().drain(NOW)
    assert [parcel.subject for parcel in SENT] == ["Sudah dibaca: satu"]
    for minutes, about in ((5, "dua"), (6, "tiga")):
        ask(budi, key="trialroom.read", about=about, minutes=minutes)
    Worker().drain(NOW + timedelta(minutes=59))
    assert len(SENT) == 1, "not a flood"
    assert len(queries.list_bell(budi)) == 3, "at the desk it stands at once"
    Worker().drain(NOW + timedelta(minutes=61))
    (_, mail) = SENT
    assert mail.subject == "Balai: 2 kabar untuk Anda"
    assert mail.body.index("Sudah dibaca: dua") < mail.body.index("Sudah dibaca: tiga")
    assert set(Notice.objects.filter(channel="email").values_list("state", "receipt")) == {("sent", "kept")}
    Worker().drain(NOW + timedelta(hours=9))
    assert len(SENT) == 2, "each is told once"


def test_one_persons_mail_holds_nothing_of_anothers(cast: Cast) -> None:
    ask(cast.budi.person_id, key="trialroom.read", about="milik Budi")
    ask(cast.ratna.person_id, key="trialroom.read", about="milik Ratna")
    Worker().drain(NOW)
    assert {parcel.to: parcel.subject for parcel in SENT} == {
        "budi@balai.example": "Sudah dibaca: milik Budi", "ratna@balai.example": "Sudah dibaca: milik Ratna",
    }  # fmt: skip


def test_a_gathered_mail_that_is_refused_is_told_to_the_operator_and_can_be_sent_again(
    cast: Cast, settings: Any
) -> None:
    settings.BALAI_PLUGS = {**settings.BALAI_PLUGS, "mail": "closed"}
    ask(cast.budi.person_id, key="trialroom.read")
    Worker().drain(NOW)
    notice = Notice.objects.get(channel="email")
    assert (notice.state, notice.attempts) == ("dead", 1)
    assert Message.objects.get(topic="notices.gathered").state == "dead"
    settings.BALAI_PLUGS = {**settings.BALAI_PLUGS, "mail": "kept"}
    actions.try_again(command_id=uuid4(), actor=cast.ratna.officer, now=NOW, notice_id=notice.id)
    Worker().drain(NOW)
    assert [parcel.subject for parcel in SENT if parcel.to == "budi@balai.example"] == ["Sudah dibaca: Warung"]


def test_words_are_in_the_language_of_the_person(cast: Cast) -> None:
    from balai.records.people import actions as people

    people.change_details(
        command_id=uuid4(), actor=cast.joko.citizen, now=NOW, person_id=cast.joko.person_id, language="en"
    )
    ask(cast.joko.person_id)
    (shown,) = queries.list_notices_of(cast.joko.person_id)
    assert shown.subject == "Question Warung"


def test_a_page_whose_room_is_gone_is_led_to_no_more(cast: Cast) -> None:
    ask(cast.joko.person_id)
    del links._PAGES["trialroom.question"]
    (shown,) = queries.list_notices_of(cast.joko.person_id)
    assert (shown.subject, shown.url) == ("Tanya Warung", "")


def test_a_kind_that_no_app_registers_is_a_bug() -> None:
    with pytest.raises(LookupError, match="unheard-of"):
        kinds.get("unheard-of")
