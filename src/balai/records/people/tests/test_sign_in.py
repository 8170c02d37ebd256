"""Signing up and in through the real pages: e-mail, phone, second factors, the officers' wall, the first set-up."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.core.cache import cache, caches
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from django.utils import timezone
from tests.windows import stand_still

from balai.base import plugs
from balai.base.actors import Actor
from balai.base.errors import NotAllowed
from balai.base.models import Dispatch, Message, Tally
from balai.base.outbox import Worker
from balai.base.pages import frames
from balai.base.post import Parcel
from balai.records.people import actions, adapters, hashing, queries, waits, web
from balai.records.people.models import Account, Person

PEOPLE = Path(web.__file__).parent
PASSWORD = "kata-sandi-panjang"
SENT: list[tuple[str, Parcel]] = []


def sent() -> list[tuple[str, Parcel]]:
    """Let the worker carry what is owed, and give all that left."""
    Worker().deliver(timezone.now())
    return SENT


def who(request: HttpRequest) -> HttpResponse:
    kind = "person" if request.user.is_authenticated else "anonymous"
    return HttpResponse(f"{kind} {web.has_second_factor(request)}")


urlpatterns = [
    path("", include("balai.base.pages.urls")),
    path("", include("balai.records.people.urls")),
    path("akun/", include("allauth.urls")),
    path("", who),
    path("meja/", who),
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@plugs.adapter("mail", "memory")
class MemoryMail:
    def send(self, parcel: Parcel) -> str:
        SENT.append(("mail", parcel))
        return "kept"


@plugs.adapter("sms", "memory")
class MemorySms:
    def send(self, parcel: Parcel) -> str:
        SENT.append(("sms", parcel))
        return "kept"


@plugs.adapter("sms", "down")
class Down:
    def send(self, parcel: Parcel) -> str:
        raise ConnectionError


@pytest.fixture(autouse=True)
def house(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(frames, "_PLACES", {"citizen": {}, "officer": {}, "foot": {}})  # no doors are mounted here
    SENT.clear()
    cache.clear()
    caches["local"].clear()
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"mail": "memory", "sms": "memory"}
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [PEOPLE / "templates"]}]
    wall = "balai.records.people.web.RequireSecondFactor"
    refusals = "balai.base.pages.refusals.RefusalPages"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, *({wall, refusals} - set(settings.MIDDLEWARE))]
    yield
    cache.clear()
    caches["local"].clear()


def account(name: str = "Siti", *, phone: str = "", verified: bool = True, email: str | None = None) -> Account:
    email = f"{name.lower()}@example.test" if email is None else email
    made = actions.create_account(
        command_id=uuid4(), actor=Actor("system", "console"), now=timezone.now(), email=email, phone=phone,
        password=PASSWORD, name=name,
    )  # fmt: skip
    EmailAddress.objects.filter(user_id=made).update(verified=verified)
    return Account.objects.get(id=made)


def sign_in(client: Client, login: str, password: str = PASSWORD) -> Any:
    return client.post("/akun/login/", {"login": login, "password": password})


def code_for(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def enrol(client: Client) -> str:
    """Add an authenticator app through its page and give its secret."""
    page = client.get("/akun/2fa/totp/activate/")
    if page.status_code == 302:  # the password once more, before anything about the account changes
        client.post(page["Location"], {"password": PASSWORD})
        page = client.get("/akun/2fa/totp/activate/")
    secret = str(page.context["form"].secret)
    answer = client.post(
        "/akun/2fa/totp/activate/", {"code": format_hotp_value(hotp_value(secret, int(time.time()) // 30))}
    )
    assert answer.status_code == 302, answer.content.decode()
    return secret


# -- signing up -------------------------------------------------------------------------------------------------------


def test_sign_up_by_email_waits_for_the_link_and_then_is_contact(client: Client) -> None:
    answer = client.post("/akun/signup/", {"name": "Siti Aminah", "email": "Siti@example.test", "password1": PASSWORD})
    assert answer.status_code == 302 and answer["Location"] == "/akun/confirm-email/"
    assert client.get("/").content == b"anonymous False"
    person = Person.objects.get()
    assert queries.get_person(person.id).name == "Siti Aminah"
    assert person.identity_level == "none"
    (kind, mail), *more = sent()
    assert (kind, mail.to, more) == ("mail", "siti@example.test", [])
    link = re.search(r"/akun/confirm-email/[^/\s]+/", mail.body)
    assert link is not None
    assert client.post(link.group()).status_code == 302
    assert client.get("/").content == b"person False"
    person.refresh_from_db()
    assert person.identity_level == "contact"


def test_an_unverified_address_does_not_sign_in_whoever_knows_the_password(client: Client) -> None:
    account(verified=False)
    assert sign_in(client, "siti@example.test")["Location"] == "/akun/confirm-email/"
    assert client.get("/").content == b"anonymous False"


def test_sign_up_by_phone_waits_for_the_code_and_then_is_contact(client: Client) -> None:
    answer = client.post("/akun/signup/", {"name": "Siti", "phone": "0812 3456 7890", "password1": PASSWORD})
    assert answer.status_code == 302 and answer["Location"] == "/akun/phone/verify/"
    (kind, text), *more = sent()
    assert (kind, text.to, more) == ("sms", "+6281234567890", [])
    found = re.search(r"\d{6}", text.body)
    assert found is not None
    code = found.group()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert client.post("/akun/phone/verify/", {"code": wrong}).status_code == 200
    assert client.get("/").content == b"anonymous False"
    assert client.post("/akun/phone/verify/", {"code": code}).status_code == 302
    assert client.get("/").content == b"person False"
    assert Person.objects.get().identity_level == "contact"
    assert Account.objects.get().email is None


@pytest.mark.parametrize(
    "given",
    [
        {"name": "Siti", "password1": PASSWORD},
        {"email": "siti@example.test", "password1": PASSWORD},
        {"name": "Siti", "phone": "abc", "password1": PASSWORD},
        {"name": "Siti", "email": "siti@example.test", "password1": "pendek"},
        {"name": "Siti \N{STEAMING BOWL}", "email": "siti@example.test", "password1": PASSWORD},
    ],
)
def test_sign_up_says_what_is_missing_and_makes_nothing(client: Client, given: dict[str, str]) -> None:
    page = client.post("/akun/signup/", given)
    assert page.status_code == 200
    assert 'class="fault"' in page.content.decode()
    assert not Account.objects.exists() and not Person.objects.exists() and not sent()


@pytest.mark.parametrize(
    ("taken", "port"),
    [({"email": "siti@example.test"}, "mail"), ({"phone": "+62 812 3456 7890"}, "sms")],
)
def test_sign_up_with_a_taken_contact_looks_the_same_and_tells_only_its_owner(taken: dict[str, str], port: str) -> None:
    account(phone="0812 3456 7890")
    fresh_contact = {"email": "joko@example.test"} if "email" in taken else {"phone": "0813 3456 7890"}
    fresh = Client().post("/akun/signup/", {"name": "Joko", "password1": PASSWORD, **fresh_contact})
    sent().clear()
    cache.clear()
    answer = Client().post("/akun/signup/", {"name": "Joko", "password1": PASSWORD, **taken})
    assert (answer.status_code, answer["Location"]) == (fresh.status_code, fresh["Location"])
    assert Account.objects.count() == 2
    assert [kind for kind, _ in sent()] == [port]


def test_a_carrier_that_is_down_holds_up_no_page_and_loses_no_code(client: Client, settings: Any) -> None:
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"sms": "down"}
    answer = client.post("/akun/signup/", {"name": "Siti", "phone": "081234567890", "password1": PASSWORD})
    assert answer["Location"] == "/akun/phone/verify/"
    assert "biasanya tiba dalam satu menit" in client.get("/akun/phone/verify/").content.decode()
    assert sent() == [] and Dispatch.objects.get().state == "failed"
    other = Client()
    other.post("/akun/signup/", {"name": "Joko", "phone": "081334567890", "password1": PASSWORD})
    page = other.get("/akun/phone/verify/").content.decode()
    assert "Pengiriman pesan sedang terganggu" in page and "loket" in page
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"sms": "memory"}
    Worker().deliver(timezone.now() + timedelta(seconds=30))
    found = {text.to: re.search(r"\d{6}", text.body) for _, text in SENT}
    code = found["+6281234567890"]
    assert code and client.post("/akun/phone/verify/", {"code": code.group()}).status_code == 302
    assert client.get("/").content == b"person False"


def test_a_code_that_came_too_late_is_dropped_and_wiped(client: Client, settings: Any) -> None:
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"sms": "down"}
    client.post("/akun/signup/", {"name": "Siti", "phone": "081234567890", "password1": PASSWORD})
    sent()
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"sms": "memory"}
    Worker().drain(timezone.now() + timedelta(minutes=11))
    gone = Dispatch.objects.get()
    assert (SENT, gone.state, bytes(gone.sealed)) == ([], "expired", b"")


def test_a_reset_answers_the_same_for_known_and_unknown_and_sends_nothing_within_the_request(client: Client) -> None:
    account()
    answers, statements = [], []
    for email in ("siti@example.test", "nobody@example.test"):
        visitor = Client()
        visitor.get("/akun/password/reset/")
        with CaptureQueriesContext(connection) as asked:
            answer = visitor.post("/akun/password/reset/", {"email": email})
        made = [query["sql"].split()[2].strip('"') for query in asked if query["sql"].startswith("INSERT")]
        statements.append([table for table in made if table != "base_shared"])  # one address is counted for both
        page = re.sub(r"\w+@example.test", "…", visitor.get(answer["Location"]).content.decode())
        answers.append((answer.status_code, answer["Location"], re.sub(r'value="[^"]+"', "", page)))
    assert answers[0] == answers[1] and "biasanya tiba" in answers[0][2]
    assert statements[0] == statements[1] and len(statements[0]) >= 3  # deed, dispatch, message
    assert SENT == [] and Dispatch.objects.filter(state="queued").count() == 2
    assert sorted(mail.to for _, mail in sent()) == ["nobody@example.test", "siti@example.test"]


def test_what_is_sent_stands_nowhere_in_the_clear(client: Client) -> None:
    account()
    client.post("/akun/password/reset/", {"email": "siti@example.test"})
    row, message = Dispatch.objects.get(), Message.objects.get(topic="base.post-owed")
    assert message.payload == {"dispatch": str(row.id)} and row.address_masked == "s***@example.test"
    assert b"siti" not in bytes(row.sealed) and b"/akun/" not in bytes(row.sealed)
    ((_, mail),) = sent()
    link = re.search(r"/akun/password/reset/key/\S+", mail.body)
    assert link and Client().get(link.group()).status_code == 302
    row.refresh_from_db()
    assert (row.state, bytes(row.sealed), row.receipt) == ("sent", b"", "kept")


# -- signing in -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "login", ["siti@example.test", "SITI@example.test", "0812 3456 7890", "+6281234567890", "081234567890"]
)
def test_sign_in_by_email_or_phone_as_people_write_them(client: Client, login: str) -> None:
    account(phone="0812 3456 7890")
    assert sign_in(client, login).status_code == 302
    assert client.get("/").content == b"person False"


def test_a_wrong_password_and_an_unknown_login_look_the_same(client: Client) -> None:
    account()
    pages = [
        sign_in(client, login, "salah-sekali-ini").content.decode() for login in ("siti@example.test", "x@example.test")
    ]
    faults = [re.findall(r'<div class="faults".*?</div>|<p class="fault".*?</p>', page, re.S) for page in pages]
    assert faults[0] and faults[0] == faults[1]


def test_guessing_is_slowed_down(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_still(monkeypatch)
    account()
    for _ in range(6):
        page = sign_in(client, "siti@example.test", "salah-sekali-ini")
    assert sign_in(client, "siti@example.test").status_code in {200, 429}
    assert client.get("/").content == b"anonymous False", page.content


def test_guesses_are_counted_for_all_processes_together(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_still(monkeypatch)
    account()
    for _ in range(5):
        sign_in(client, "siti@example.test", "salah-sekali-ini")
    caches["local"].clear()  # another process has none of this one's memory
    sign_in(client, "siti@example.test")
    assert client.get("/").content == b"anonymous False"
    kept = [bytes(each.key) for each in Tally.objects.all()]
    assert kept and not any(b"siti" in each or b"127.0.0.1" in each for each in kept)


def test_two_passwords_are_hashed_at_once_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, Lock()

    def slow(self: Any, password: str, encoded: str) -> bool:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with lock:
            running -= 1
        return True

    monkeypatch.setattr(hashing.Argon2PasswordHasher, "verify", slow)
    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(lambda _: hashing.Argon2().verify("x", "y"), range(6)))
    assert most == hashing.AT_ONCE
    monkeypatch.undo()
    kept = hashing.Argon2().encode(PASSWORD, "garam-garam")
    assert hashing.Argon2().verify(PASSWORD, kept) and not hashing.Argon2().verify("lain", kept)


def code_in(text: str) -> str:
    found = re.search(r"\b\d{6}\b", text)
    return found.group() if found else ""


def ask_reset(client: Client, typed: str) -> str:
    """Ask for a new password by phone, and give the code that the number got, "" when it got none."""
    SENT.clear()
    assert client.post("/akun/password/reset/", {"email": typed})["Location"] == "/akun/password/reset/kode/"
    ((kind, text),) = sent()
    assert kind == "sms" and text.to == "+6281234567890"
    return code_in(text.body)


def test_a_phone_alone_gives_a_new_password_and_its_holder_is_told(client: Client) -> None:
    account(phone="081234567890", email="")
    code = ask_reset(client, "0812 3456 7890")
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert 'class="fault"' in client.post("/akun/password/reset/kode/", {"code": wrong}).content.decode()
    to = client.post("/akun/password/reset/kode/", {"code": f"{code[:3]} {code[3:]}"})["Location"]
    form = client.get(to, follow=True)
    new = "tiga-kata-yang-baru"
    assert client.post(form.request["PATH_INFO"], {"password1": new}).status_code == 302
    assert sign_in(client, "081234567890", new).status_code == 302 and client.get("/").content == b"person False"
    assert "diganti" in sent()[-1][1].body
    assert client.get("/akun/password/reset/kode/")["Location"] == "/akun/password/reset/", "a round ends with its code"
    assert "tidak berlaku" in Client().get(to, follow=True).content.decode()


def test_a_reset_by_phone_looks_the_same_whether_there_is_an_account_or_not() -> None:
    pages = []
    for there in (False, True):
        if there:
            account(phone="081234567890", email="")
        visitor = Client()
        code = ask_reset(visitor, "081234567890")
        assert bool(code) == there
        page = visitor.get("/akun/password/reset/kode/").content.decode()
        page += visitor.post("/akun/password/reset/kode/", {"code": "000000"}).content.decode()
        pages.append(re.sub(r'value="[^"]{40,}"', "", page))
    assert pages[0] == pages[1]


def test_whoever_got_an_old_number_meets_the_date_of_birth_and_no_officer_is_opened_by_one(client: Client) -> None:
    siti = account(phone="081234567890", email="")
    person = Person.objects.get(account=siti).id
    me = Actor("person", "portal", person_id=person)
    actions.change_details(
        command_id=uuid4(), actor=me, now=timezone.now(), person_id=person, birth_date=date(1990, 2, 1)
    )
    assert (
        client.post("/akun/password/reset/kode/", {"code": ask_reset(client, "081234567890")}, follow=True).status_code
        == 200
    )
    at = "/akun/password/reset/kode/"
    for typed in ("kemarin", "2 Februari 1990"):
        assert 'class="fault"' in client.post(at, {"born": typed}).content.decode()
    assert "/reset/key/" in client.post(at, {"born": "1 Februari 1990"})["Location"]
    long_ago = timezone.now() - timedelta(days=61)
    Account.objects.filter(id=siti.id).update(last_login=long_ago)
    assert ask_reset(Client(), "081234567890"), "a date of birth is asked for, however long ago the last sign-in"
    actions.change_details(command_id=uuid4(), actor=me, now=timezone.now(), person_id=person, birth_date=None)
    assert ask_reset(Client(), "081234567890") == "" and "loket" in SENT[-1][1].body
    Account.objects.filter(id=siti.id).update(last_login=timezone.now())
    assert ask_reset(Client(), "081234567890")
    Account.objects.filter(id=siti.id).update(second_factor_required=True)
    assert ask_reset(Client(), "081234567890") == "" and "loket" in SENT[-1][1].body


def test_a_code_has_five_tries_from_however_many_windows(client: Client) -> None:
    account(phone="081234567890", email="")
    code = ask_reset(client, "081234567890")
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    kept = client.session["balai_reset"]
    for _ in range(5):
        client.post("/akun/password/reset/kode/", {"code": wrong})
        session = client.session
        session["balai_reset"] = kept  # as another window still has it
        session.save()
    page = client.post("/akun/password/reset/kode/", {"code": code})
    assert page.status_code == 200 and "Minta kode baru" in page.content.decode()


def test_what_was_sent_is_sent_once_more_after_the_wait_that_is_told(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = (
        ("/akun/phone/verify/", {"phone": "081334567890"}, "/akun/phone/verify/", {"action": "resend"}),
        ("/akun/confirm-email/", {"email": "siti@example.test"}, "/akun/confirm-email/kirim-ulang/", {}),
    )
    for page, contact, at, sends in rounds:
        visitor = Client()
        visitor.post("/akun/signup/", {"name": "Siti", "password1": PASSWORD, **contact})
        SENT.clear()
        sent()
        assert "minta lagi" in visitor.post(at, sends, follow=True).content.decode().lower() and len(sent()) == 1
        assert 'class="button quiet"' in visitor.get(page).content.decode()
        session = visitor.session
        session["balai_sent_at"] -= waits.MAIL
        session.save()
        cache.clear()
        visitor.post(at, sends)
        assert len(sent()) == 2, page


def test_a_password_is_refused_by_one_rule_at_a_time(client: Client) -> None:
    for typed, rule in (
        ("123", "terlalu pendek"),
        ("1234567890123", "hanya angka"),
        ("siti@example.test", "mirip"),
        ("qwertyuiop", "banyak orang"),
    ):
        page = client.post("/akun/signup/", {"name": "Siti", "email": "siti@example.test", "password1": typed})
        faults = re.findall(r'<p class="fault"[^>]*>(.*?)</p>', page.content.decode())
        assert len(faults) == 1 and rule in faults[0], faults
    assert client.get("/akun/signup/").content.decode().count("Paling sedikit 10 karakter") == 1


def test_a_mail_says_who_writes_why_and_what_if_it_was_not_you(client: Client) -> None:
    client.post(
        "/akun/signup/",
        {"name": "Buka http://jahat.example sekarang", "email": "siti@example.test", "password1": PASSWORD},
    )
    client.post("/akun/password/reset/", {"email": "joko@example.test"})
    town = frames.Frame(None).town
    for _, mail in sent():
        assert town in mail.subject and town in mail.body and "Bukan Anda?" in mail.body
        assert "tidak pernah meminta kata sandi" in mail.body and "jahat" not in mail.body


def test_an_account_is_recovered_at_a_counter_with_the_card_it_was_bound_to(client: Client) -> None:
    siti = account(phone="081234567890", email="")
    person = Person.objects.get(account=siti).id
    budi = Actor("officer", "counter", person_id=uuid4(), second_factor=True)

    def recover(actor: Actor, **more: Any) -> str:
        return actions.recover_account(
            command_id=uuid4(), actor=actor, now=timezone.now(), person_id=person, reason="lupa kata sandi", **more
        )

    with pytest.raises(NotAllowed, match="identity-too-low"):
        recover(budi)
    Person.objects.filter(id=person).update(identity_level="seen")
    for nobody in (Actor("person", "portal", person_id=person), Actor("officer", "counter", person_id=uuid4())):
        with pytest.raises(NotAllowed):
            recover(nobody)
    address = recover(budi)
    form = client.get(address, follow=True)
    assert form.status_code == 200
    new = "kata-sandi-yang-baru"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    cache.clear()
    assert sign_in(client, "081234567890", new).status_code == 302
    assert client.get("/").content == b"person False"
    again = Client().get(address, follow=True)
    assert b'name="password1"' not in again.content, "the address opens once"
    Account.objects.filter(id=siti.id).update(second_factor_required=True)
    with pytest.raises(NotAllowed):
        recover(budi, drop_second_factors=True)


def test_sign_in_by_a_code_sent_to_a_phone_is_not_offered(client: Client) -> None:
    assert client.get("/akun/login/code/").status_code in {302, 404}


# -- second factors ---------------------------------------------------------------------------------------------------


def test_an_authenticator_app_is_asked_for_at_the_next_sign_in_and_its_secret_is_sealed(client: Client) -> None:
    siti = account()
    sign_in(client, "siti@example.test")
    secret = enrol(client)
    kept = Authenticator.objects.get(user=siti, type="totp").data["secret"]
    assert secret not in kept and get_adapter().decrypt(kept) == secret
    assert Authenticator.objects.filter(user=siti, type="recovery_codes").exists()
    again = Client()
    assert sign_in(again, "siti@example.test")["Location"] == "/akun/2fa/authenticate/"
    assert again.get("/").content == b"anonymous False"
    assert again.post("/akun/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert again.get("/").content == b"anonymous False"
    cache.clear()
    assert again.post("/akun/2fa/authenticate/", {"code": code_for(secret)}).status_code == 302
    assert again.get("/").content == b"person True"


def test_a_recent_proof_is_asked_for_where_it_matters(client: Client) -> None:
    from datetime import timedelta

    request = HttpRequest()
    siti = account()
    request.user = siti
    request.session = {  # type: ignore[assignment]
        "account_authentication_methods_user": str(siti.pk),
        "account_authentication_methods": [{"method": "mfa", "at": time.time() - 600, "type": "totp"}],
    }
    assert web.has_second_factor(request)
    assert not web.has_second_factor(request, within=timedelta(minutes=5))
    assert web.has_second_factor(request, within=timedelta(minutes=11))


def test_an_officer_without_a_second_factor_can_only_add_one(client: Client) -> None:
    siti = account()
    Account.objects.filter(id=siti.id).update(second_factor_required=True)
    sign_in(client, "siti@example.test")
    assert client.get("/meja/")["Location"] == "/akun/2fa/"
    assert client.get("/akun/2fa/").status_code == 200
    enrol(client)
    assert client.get("/meja/").status_code == 200


def test_an_officer_cannot_remove_the_last_second_factor(client: Client) -> None:
    siti = account()
    Account.objects.filter(id=siti.id).update(second_factor_required=True)
    sign_in(client, "siti@example.test")
    enrol(client)
    client.post("/akun/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=siti, type="totp").exists()
    Account.objects.filter(id=siti.id).update(second_factor_required=False)
    client.post("/akun/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=siti, type="totp").exists()


def test_a_passkey_can_be_added_and_used_where_the_page_offers_it(client: Client) -> None:
    page = client.get("/akun/login/").content.decode()
    assert 'id="passkey_login"' in page and "mfa/js/webauthn.js" in page
    options = client.get("/akun/2fa/webauthn/login/", headers={"X-Requested-With": "XMLHttpRequest"}).json()
    assert options["request_options"]["publicKey"]["challenge"]


# -- pages ------------------------------------------------------------------------------------------------------------

ENTRANCE = ["/akun/login/", "/akun/signup/", "/akun/password/reset/"]
MANAGE = [
    "/akun/email/",
    "/akun/phone/change/",
    "/akun/password/change/",
    "/akun/2fa/",
    "/akun/social/connections/",
    "/akun/logout/",
]


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("address", [*ENTRANCE, *MANAGE])
def test_every_page_stands_in_our_frame_in_both_languages(client: Client, address: str, lang: str) -> None:
    if address in MANAGE:
        account(phone="081234567890")
        sign_in(client, "siti@example.test")
    client.cookies["bahasa"] = lang
    page = client.get(address, follow=True)
    text = page.content.decode()
    assert page.status_code == 200
    assert f'<html lang="{lang}">' in text
    assert '<main id="main"' in text and text.count("<h1") == 1
    assert not re.search(r"<title>\s*—", text), "a page without a title"
    assert "style=" not in text and not re.search(r"\son\w+=", text), "a strict policy would block it"
    for script in re.findall(r"<script(.*?)>(.*?)</script>", text, re.S):
        assert "src=" in script[0] or "application/json" in script[0]
    for field in re.findall(r"<input[^>]+>", text):
        if 'type="hidden"' not in field:
            name = re.search(r'id="([^"]+)"', field)
            assert name and f'for="{name.group(1)}"' in text, field


def test_words_are_in_the_language_of_the_page(client: Client) -> None:
    client.cookies["bahasa"] = "id"
    assert "nomor telepon" in client.get("/akun/login/").content.decode()
    client.cookies["bahasa"] = "en"
    assert "phone number" in client.get("/akun/login/").content.decode()


# -- the first set-up -------------------------------------------------------------------------------------------------


def test_the_first_administrator_is_made_with_the_code_and_walled_until_a_second_factor(client: Client) -> None:
    token = actions.issue_setup_token(now=timezone.now())
    given = {"name": "Ratna", "email": "ratna@example.test", "password": PASSWORD}
    assert client.get(f"/pemasangan/{token}/").status_code == 200
    assert client.post("/pemasangan/salah/", given).status_code == 422
    assert client.post(f"/pemasangan/{token}/", given | {"password": "123"}).status_code == 422
    assert not Account.objects.exists()
    answer = client.post(f"/pemasangan/{token}/", given)
    assert answer.status_code == 302 and answer["Location"] == "/akun/login/"
    assert client.post(f"/pemasangan/{token}/", given | {"email": "joko@example.test"}).status_code == 422
    assert sign_in(client, "ratna@example.test")["Location"] == "/"
    assert client.get("/")["Location"] == "/akun/2fa/"


SEEN_ONLY = {
    "name": "Joko Contoh",
    "email": "joko.baru@balai.example",
    "phone": "",
    "password1": "kata-sandi-panjang-7",
}


@pytest.mark.parametrize("name", ["\u200b", "\u3164", "\u00ad \u200e"])
def test_a_name_that_nobody_can_see_is_none(client: Client, name: str) -> None:
    answer = client.post("/akun/signup/", SEEN_ONLY | {"name": name})
    assert answer.status_code == 200 and "name" in answer.context["form"].errors
    assert not Account.objects.filter(email=SEEN_ONLY["email"]).exists()


def test_an_address_is_taken_as_it_is_seen(client: Client) -> None:
    answer = client.post("/akun/signup/", SEEN_ONLY | {"email": "\u200bjoko.baru@balai.example\u202c"})
    assert answer.status_code == 302, answer.context["form"].errors
    assert Account.objects.filter(email="joko.baru@balai.example").exists()


def test_sign_up_takes_the_numbers_that_forms_take_and_no_other(client: Client) -> None:
    answer = client.post("/akun/signup/", SEEN_ONLY | {"email": "", "phone": "08127777"})
    assert "phone" in answer.context["form"].errors
    answer = client.post("/akun/signup/", SEEN_ONLY | {"email": "", "phone": "\u202a+62 812-3456-7890\u202c"})
    assert answer.status_code == 302, answer.context["form"].errors


def test_the_accounts_library_refuses_nothing_without_our_words() -> None:
    """A refusal whose words are missing is a fault of ours to whoever is refused."""
    for theirs in (DefaultAccountAdapter, DefaultMFAAdapter, DefaultSocialAccountAdapter):
        assert set(theirs.error_messages) - set(adapters.Errors()) == set()
