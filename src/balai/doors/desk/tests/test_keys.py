"""What signs and what lets machines in: listed, withdrawn and revoked with a reason, never by accident."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from balai.base.models import Entry
from balai.casework.issuing import authority
from balai.casework.issuing import queries as issuing
from balai.doors.api import tokens
from balai.doors.api.models import Token
from balai.doors.console import __main__ as console
from balai.doors.console.demo.cast import CONSOLE
from balai.records.people.models import Account

from .conftest import Office
from .test_costs import administrator
from .test_sign import PASSPHRASE, key, look, ready

__all__ = ["key"]  # a fixture of the tests beside this one

SIGNERS, TOKENS = "/meja/kelola/penanda-tangan/", "/meja/kelola/kunci-api/"


@pytest.fixture
def joko(office: Office) -> Client:
    for one in authority.list_enrolled(
        office.cast.ratna.person_id
    ):  # a home of earlier tests may hold older keys of hers
        (authority._folder() / "persons" / f"{one.serial:x}.withdrawn").unlink(missing_ok=True)
    return administrator(office)


def text_of(client: Client, address: str, lang: str = "id") -> str:
    client.cookies["bahasa"] = lang
    return client.get(address).content.decode()


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("address", [SIGNERS, TOKENS])
def test_with_nothing_to_show_the_page_says_so_and_officers_are_not_let_in(
    office: Office, joko: Client, address: str, lang: str
) -> None:
    page = text_of(joko, address, lang)
    assert {"id": "Belum ada", "en": "has a"}[lang] in page
    assert office.enter(office.cast.budi).get(address).status_code == 404


def test_a_signer_is_withdrawn_with_a_reason_and_after_being_told_what_it_means(
    office: Office, joko: Client, key: None
) -> None:
    ratna, row = office.cast.ratna, ready(office)
    assert "dipakai" in text_of(joko, SIGNERS)
    at = reverse("desk:admin-signer-withdraw", args=[ratna.person_id])
    asked = text_of(joko, at)
    assert "tetap sah" in asked and "membuat kunci baru" in asked
    for sent, missing in (({"reason": "Laptop hilang"}, "sure"), ({"sure": "1", "reason": " "}, "reason")):
        refused = joko.post(at, sent)
        assert refused.status_code == 422 and f'href="#{missing}"' in refused.content.decode()
        assert 'value="Laptop hilang"' in refused.content.decode() or missing == "reason"
    assert authority.is_enrolled(ratna.person_id)
    assert joko.post(at, {"reason": "Laptop hilang", "sure": "1"}).headers["Location"] == SIGNERS
    page = text_of(joko, SIGNERS)
    assert "dicabut" in page and "Laptop hilang" in page
    assert joko.post(at, {"reason": "Laptop hilang", "sure": "1"}).status_code == 404, (
        "a second click withdraws nothing more"
    )
    value = f"{row.id}:{row.open_tasks[0].token}"
    client = office.enter(ratna)
    look(client, row)
    told = client.post("/meja/tanda-tangan/kirim/", {"letter": value, "passphrase": PASSPHRASE, "code": sent_code()})
    assert told.status_code == 404 and "Kunci tanda tangan" in told.content.decode()
    assert "Laptop hilang" in text_of(client, "/meja/tanda-tangan/kunci/")


def sent_code() -> str:
    from .test_sign import code

    return code()


def form(**changes: Any) -> dict[str, Any]:
    return {
        "command": str(uuid4()), "name": "Mesin penguji", "email": "budi@balai.example", "scope": ["cases:read"], "days": "30",
        **changes,
    }  # fmt: skip


def test_a_key_is_made_and_shown_once_and_a_second_click_shows_the_same(office: Office, joko: Client) -> None:
    sent = form()
    made = [joko.post(TOKENS, sent) for _ in range(2)]
    shown = made[0].context["shown"]
    assert made[1].context["shown"] == shown and shown in made[0].content.decode()
    assert "no-store" in made[0].headers["Cache-Control"]
    assert tokens.open_token(shown, office.now).person_id == office.cast.budi.person_id
    page = text_of(joko, TOKENS)
    assert "Mesin penguji" in page and "cases:read" in page and "b***@balai.example" in page
    assert shown not in page and "budi@balai.example" not in page.replace('value="budi@balai.example"', "")
    entry = Entry.objects.get(stream="api")
    assert entry.actor.endswith(str(office.cast.joko.person_id))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "tak-ada@balai.example"}, "email"),
        ({"scope": []}, "scopes"),
        ({"days": "x"}, "days"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(
    joko: Client, changes: dict[str, Any], field: str
) -> None:
    answer = joko.post(TOKENS, form(**changes))
    page = answer.content.decode()
    assert answer.status_code == 422 and f'href="#{field}"' in page
    assert Token.objects.count() == 0
    assert ("Mesin penguji" in page) != (field == "name")


def test_a_key_is_revoked_with_a_reason(office: Office, joko: Client) -> None:
    shown = joko.post(TOKENS, form()).context["shown"]
    at = reverse("desk:admin-token-revoke", args=[Token.objects.get().id])
    joko.post(at, {"command": str(uuid4()), "reason": ""})
    assert tokens.open_token(shown, office.now)
    joko.post(at, {"command": str(uuid4()), "reason": "Layar dijual"})
    with pytest.raises(Exception, match="token-revoked"):
        tokens.open_token(shown, office.now)
    page = text_of(joko, TOKENS)
    assert "Layar dijual" in page
    assert "Use of a revoked API key" in text_of(joko, "/meja/kelola/keamanan/", "en")
    told = joko.post(at, {"command": str(uuid4()), "reason": "Lagi"}, follow=True).content.decode()
    assert "revoked before" in told


def test_the_console_lists_and_withdraws_signers(
    office: Office, joko: Client, key: None, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("balai.doors.console.installation.load", lambda args: None)
    assert console.main(["signer", "list"]) == 0
    assert "valid" in (listed := capsys.readouterr().out) and "r***@balai.example" in listed
    assert console.main(["signer", "withdraw", "ratna@balai.example"]) == 1, "a reason is asked for"
    assert console.main(["signer", "withdraw", "tak-ada@balai.example", "--reason", "x"]) == 1
    assert console.main(["signer", "withdraw", "ratna@balai.example", "--reason", "Laptop hilang"]) == 0
    assert console.main(["signer", "withdraw", "ratna@balai.example", "--reason", "Laptop hilang"]) == 1
    capsys.readouterr()
    assert console.main(["signer", "list"]) == 0
    assert "withdrawn" in (listed := capsys.readouterr().out) and "Laptop hilang" in listed
    assert [one.state for one in issuing.list_signers(office.now, office.cast.ratna.person_id)] == ["withdrawn"]


def test_the_pages_cost_the_same_however_many_keys_there_are(office: Office, joko: Client, key: None) -> None:
    from tests.costs import count

    tokens.make_token(
        command_id=uuid4(), actor=CONSOLE, now=office.now, name="x", person_id=office.cast.ratna.person_id,
        scopes=["cases:read"], life=timedelta(days=3),
    )  # fmt: skip
    before = {at: count(joko, at) for at in (SIGNERS, TOKENS)}
    for member in (office.cast.siti, office.cast.budi):
        authority.enroll(member.person_id, name="x", organisation="x", passphrase=PASSPHRASE, now=office.now)
        tokens.make_token(
            command_id=uuid4(), actor=CONSOLE, now=office.now, name="x", person_id=member.person_id, scopes=["cases:read"],
            life=timedelta(days=3),
        )  # fmt: skip
    assert {at: count(joko, at) for at in (SIGNERS, TOKENS)} == before
    for member in (office.cast.siti, office.cast.budi):
        (authority._folder() / "persons" / f"{member.person_id}.json").unlink()
    assert Account.objects.filter(is_administrator=True).count() == 1
