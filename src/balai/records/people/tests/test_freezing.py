"""A frozen account opens nothing any more, wherever it was used, and another administrator thaws it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from tests.cast import NOW, Cast, make_cast, open_service
from tests.sessions import sign_in

from balai.base.errors import BalaiError
from balai.base.outbox import Worker
from balai.casework.notices.models import Notice
from balai.doors.api import tokens
from balai.doors.console.demo.cast import CONSOLE, Member
from balai.records.people import actions, queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


def freeze(person_id: UUID, *, actor: object = CONSOLE, reason: str = "Kata sandinya bocor") -> None:
    actions.freeze_account(command_id=uuid4(), actor=actor, now=NOW, person_id=person_id, reason=reason)  # type: ignore[arg-type]


def thaw(person_id: UUID, *, actor: object = CONSOLE) -> None:
    actions.unfreeze_account(
        command_id=uuid4(),
        actor=actor,
        now=NOW + timedelta(hours=1),
        person_id=person_id,
        reason="Sudah diganti",  # type: ignore[arg-type]
    )


def lands(client: Client, address: str) -> int:
    return client.get(address).status_code


def test_every_open_session_ends_at_once(cast: Cast) -> None:
    phone, desk = sign_in(cast.siti), sign_in(cast.budi)
    assert (lands(phone, "/berkas-saya/"), lands(desk, "/meja/")) == (200, 200)
    freeze(cast.siti.person_id)
    freeze(cast.budi.person_id)
    assert (lands(phone, "/berkas-saya/"), lands(desk, "/meja/")) == (302, 302)


def test_nobody_signs_in_to_it_and_after_thawing_one_does(cast: Cast) -> None:
    account = queries.get_account(cast.siti.account_id)
    account.phone = None  # an address alone, so that nothing else is asked when signing in
    account.set_password("kata-sandi-panjang-9")
    account.save()
    typed = {"login": account.email, "password": "kata-sandi-panjang-9"}
    freeze(cast.siti.person_id)
    client = Client()
    client.post("/akun/login/", typed)
    assert "_auth_user_id" not in client.session
    thaw(cast.siti.person_id)
    client = Client()
    client.post("/akun/login/", typed)
    assert lands(client, "/berkas-saya/") == 200


def test_keys_of_machines_end_with_it(cast: Cast) -> None:
    tokens.make_token(
        command_id=uuid4(), actor=CONSOLE, now=NOW, name="Uji", person_id=cast.siti.person_id, scopes=["cases:read"]
    )
    freeze(cast.siti.person_id)
    (row,) = tokens.list_tokens(NOW)
    assert row.state == "ended"


def test_the_person_is_told_and_told_again_when_it_is_thawed(cast: Cast) -> None:
    freeze(cast.siti.person_id)
    Worker().drain(NOW)
    thaw(cast.siti.person_id)
    Worker().drain(NOW + timedelta(hours=1))
    told = Notice.objects.filter(person_id=cast.siti.person_id, channel="email").order_by("created_at")
    assert [one.event for one in told] == ["account-frozen", "account-thawed"]


def administrator(cast: Cast, member: Member) -> object:
    queries.Account.objects.filter(id=member.account_id).update(is_administrator=True, second_factor_required=True)
    return member.officer


def test_who_froze_it_does_not_thaw_it(cast: Cast) -> None:
    ratna, budi = administrator(cast, cast.ratna), administrator(cast, cast.budi)
    freeze(cast.siti.person_id, actor=ratna)
    with pytest.raises(BalaiError) as refused:
        thaw(cast.siti.person_id, actor=ratna)
    assert refused.value.code == "four-eyes"
    thaw(cast.siti.person_id, actor=budi)
    assert queries.has_open_account(cast.siti.person_id)


def test_nobody_freezes_themselves_or_the_last_administrator(cast: Cast) -> None:
    ratna = administrator(cast, cast.ratna)
    with pytest.raises(BalaiError) as refused:
        freeze(cast.ratna.person_id, actor=ratna)
    assert refused.value.code == "four-eyes"
    queries.Account.objects.filter(is_administrator=True).exclude(id=cast.ratna.account_id).update(
        is_administrator=False
    )
    with pytest.raises(BalaiError) as refused:
        freeze(cast.ratna.person_id)
    assert refused.value.code == "last-administrator"


@pytest.mark.parametrize(("who", "status"), [("siti", 403), ("budi", 403)])
def test_only_an_administrator_freezes(cast: Cast, who: str, status: int) -> None:
    member = getattr(cast, who)
    with pytest.raises(BalaiError) as refused:
        freeze(cast.joko.person_id, actor=member.officer if who == "budi" else member.citizen)
    assert refused.value.status == status


def test_a_reason_is_asked_and_it_is_frozen_once(cast: Cast) -> None:
    with pytest.raises(BalaiError) as refused:
        freeze(cast.siti.person_id, reason=" ")
    assert "reason" in refused.value.fields
    freeze(cast.siti.person_id)
    with pytest.raises(BalaiError) as refused:
        freeze(cast.siti.person_id)
    assert refused.value.code == "frozen-already"
