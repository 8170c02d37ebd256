"""Limits that hurt whoever guesses: not the owner on their own device, not a village behind one address, and never a 500."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.account import app_settings as account_settings
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.core.exceptions import RateLimited
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from tests.windows import stand_still

from balai.base.actors import Actor
from balai.records.people import actions, limits, web
from balai.records.people.models import Account

pytestmark = pytest.mark.django_db
PASSWORD, WRONG = "kata-sandi-panjang", "salah-sekali-ini"
OWNER, STRANGER = "10.1.1.1", "10.6.6.6"


@pytest.fixture(autouse=True)
def nothing_counted(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    stand_still(monkeypatch)
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"mail": "demo", "sms": "demo"}
    for cache in caches.all():
        cache.clear()
    caches["local"].clear()
    yield
    caches["local"].clear()


def make_account(name: str = "Siti", phone: str = "") -> Account:
    made = actions.create_account(
        command_id=uuid4(), actor=Actor("system", "console"), now=timezone.now(), email=f"{name.lower()}@example.test",
        phone=phone, password=PASSWORD, name=name,
    )  # fmt: skip
    EmailAddress.objects.filter(user_id=made).update(verified=True)
    return Account.objects.get(id=made)


def sign_in(client: Client, password: str = PASSWORD, login: str = "siti@example.test", at: str = OWNER) -> Any:
    return client.post("/akun/login/", {"login": login, "password": password}, REMOTE_ADDR=at)


def guess(times: int, at: str = STRANGER) -> Any:
    stranger = Client()
    return [sign_in(stranger, WRONG, at=at) for _ in range(times)][-1]


def known_device() -> Client:
    """Give a browser on which Siti signed in once, and out again."""
    client = Client()
    assert sign_in(client).status_code == 302
    client.post("/akun/logout/")
    assert "_auth_user_id" not in client.session
    return client


def test_five_wrong_passwords_from_elsewhere_do_not_keep_the_owner_out() -> None:
    make_account()
    guess(6)
    assert sign_in(Client()).status_code == 302


def test_whoever_guesses_is_told_when_to_come_back_and_keeps_what_they_typed_but_the_password() -> None:
    make_account()
    page = guess(6)
    text = page.content.decode()
    assert page.status_code == 429 and int(page["Retry-After"]) > 0
    assert "Terlalu banyak" in text and 'value="siti@example.test"' in text and WRONG not in text
    assert re.search(r'<input type="password"[^>]*name="password"', text)
    english = Client(headers={"accept-language": "en"})
    text = sign_in(english, WRONG, at=STRANGER).content.decode()
    assert '<html lang="en">' in text and "Too many" in text


def test_a_right_password_is_not_taken_from_where_was_guessed_too_often() -> None:
    make_account()
    guess(6)
    assert sign_in(Client(), at=STRANGER).status_code == 429


def test_a_known_device_is_spared_at_the_same_address_and_when_guesses_come_from_everywhere() -> None:
    make_account()
    device = known_device()
    guess(6, at=OWNER)  # the neighbour at the same village counter
    for number in range(30):
        guess(4, at=f"10.7.{number}.1")
    assert sign_in(Client(), at="10.8.8.8").status_code == 429, "the account as a whole is guarded too"
    assert sign_in(device).status_code == 302


def test_a_known_device_may_not_guess_either() -> None:
    make_account()
    device = known_device()
    assert [sign_in(device, WRONG).status_code for _ in range(11)][-1] == 429


def test_a_new_password_makes_each_device_unknown_and_another_account_has_none() -> None:
    siti = make_account()
    make_account("Budi")
    device = known_device()
    guess(6, at=OWNER)
    for _ in range(6):
        sign_in(Client(), WRONG, login="budi@example.test")
    assert sign_in(device, login="budi@example.test").status_code == 429
    siti.set_password("kata-sandi-baru-lagi")
    siti.save()
    assert sign_in(device, "kata-sandi-baru-lagi").status_code == 429


def test_a_stolen_cookie_of_a_device_names_no_account() -> None:
    siti = make_account()
    kept = known_device().cookies["balai-device"]
    assert siti.pk.hex not in kept.value and str(siti.pk) not in kept.value and kept["httponly"]
    assert kept["samesite"] == "Lax" and int(kept["max-age"]) > 300 * 24 * 3600


def test_signing_in_rightly_many_times_is_no_guessing() -> None:
    make_account()
    for _ in range(8):
        assert sign_in(Client()).status_code == 302


# -- a village counter behind one address ----------------------------------------------------------------------------


def sign_up(number: int) -> Any:
    given = {"name": f"Warga {number}", "phone": f"0812345678{number:02}", "password1": PASSWORD}
    return Client().post("/akun/signup/", given, REMOTE_ADDR=OWNER)


def test_a_whole_village_signs_up_by_phone_behind_one_address() -> None:
    assert [sign_up(number).status_code for number in range(12)] == [302] * 12


def test_a_limit_at_signing_up_makes_no_account_and_keeps_what_was_typed() -> None:
    answers = [sign_up(number) for number in range(34)]
    page, text = answers[-1], answers[-1].content.decode()
    assert {answer.status_code for answer in answers} == {302, 429} and int(page["Retry-After"]) > 0
    assert 'value="Warga 33"' in text and 'value="081234567833"' in text and PASSWORD not in text
    assert not Account.objects.filter(phone="+6281234567833").exists(), "who comes back later must find the name free"


def test_nobody_is_texted_without_end() -> None:
    given = {"name": "Siti", "phone": "081234567890", "password1": PASSWORD}
    stati = [Client().post("/akun/signup/", given, REMOTE_ADDR=f"10.2.0.{each}").status_code for each in range(8)]
    assert stati[:6] == [302] * 6 and stati[-1] == 429


WITHOUT_LIMIT = {
    "account_logout": "leaving costs nothing",
    "account_inactive": "only words", "account_reset_password_from_key_done": "only words",
    "account_reset_password_done": "only words", "mfa_index": "only words", "mfa_view_recovery_codes": "only words",
    "mfa_download_recovery_codes": "only words", "mfa_list_webauthn": "only words",
    "socialaccount_login_cancelled": "only words", "socialaccount_login_error": "only words",
    "account_confirm_login_code": "switched off: ACCOUNT_LOGIN_BY_CODE_ENABLED",
    "openid_connect_login": "leads to the provider", "openid_connect_callback": "a code of the provider's, once",
    None: "an old address, leads on",
}  # fmt: skip


OURS = {"setup", "reset_code", "resend_mail"}


def account_pages(found: Any = None, before: str = "") -> Iterator[URLPattern]:
    for each in get_resolver().url_patterns if found is None else found:
        path = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from account_pages(each.url_patterns, path)
        elif path.startswith("akun/") and not each.callback.__module__.startswith("balai."):
            yield each


def test_every_page_of_accounts_has_a_limit_or_says_why_it_needs_none() -> None:
    names = {each.name for each in account_pages()}
    assert len(names) > 25
    assert {name for name in names if name not in limits.PAGES} == set(WITHOUT_LIMIT)
    assert set(limits.PAGES) - names == OURS


def test_the_accounts_library_has_no_limits_of_its_own() -> None:
    assert {name: rate for name, rate in account_settings.RATE_LIMITS.items() if rate} == {"confirm_email": "1/3m/key"}
    assert not mfa_settings.RATE_LIMITS


def test_should_the_library_limit_something_all_the_same_it_is_our_page() -> None:
    request = RequestFactory().get("/akun/login/")
    page = web.AccountLimits(lambda _: web.limit_reached(request)).process_exception(request, RateLimited())
    assert page is not None and page.status_code == 429 and page["Retry-After"] == "60"
    assert get_resolver().resolve_error_handler(429) is web.limit_reached


@pytest.mark.parametrize("name", sorted(set(limits.PAGES) - {"setup"}))
@pytest.mark.parametrize("lang", ["id", "en"])
def test_each_limit_is_a_page_in_the_language_of_the_reader_with_the_time_to_come_back(
    name: str, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    args = {"account_confirm_email": ["x"], "account_reset_password_from_key": ["1", "x"]}
    args |= {"mfa_remove_webauthn": ["1"], "mfa_edit_webauthn": ["1"]}
    monkeypatch.setitem(limits.PAGES, name, lambda request, _: [limits.Count("trial", "all", 0, limits.MINUTES)])
    client = Client(headers={"accept-language": lang}, REMOTE_ADDR=OWNER)
    page = client.post(
        reverse(f"people:{name}" if name in OURS else name, args=args.get(name)), {"typed": "Siti Aminah"}
    )
    text = page.content.decode()
    assert page.status_code == 429 and 0 < int(page["Retry-After"]) <= 300
    assert f'<html lang="{lang}">' in text and 'name="typed" value="Siti Aminah"' in text


def test_guessing_a_second_factor_ends_and_does_not_end_it_for_the_owner_elsewhere() -> None:
    make_account()
    siti = Account.objects.get()
    TOTP.activate(siti, generate_totp_secret())
    stranger, owner = Client(), Client()
    assert sign_in(stranger, at=STRANGER)["Location"].startswith("/akun/2fa/authenticate/")
    stati = [
        stranger.post("/akun/2fa/authenticate/", {"code": "000000"}, REMOTE_ADDR=STRANGER).status_code for _ in range(7)
    ]
    assert stati[:5] == [200] * 5 and stati[-1] == 429
    sign_in(owner)
    assert owner.post("/akun/2fa/authenticate/", {"code": "000000"}, REMOTE_ADDR=OWNER).status_code == 200


def test_whoever_chose_a_new_password_by_mail_has_a_known_device() -> None:
    siti = make_account()
    for number in range(30):
        guess(4, at=f"10.7.{number}.1")
    refused = sign_in(Client())
    said = refused.content.decode()
    assert refused.status_code == 429 and int(refused["Retry-After"]) > 0
    assert "Lupa kata sandi" in said and "passkey" in said and "loket" in said, (
        "the ways in that nobody's guesses close"
    )
    client = Client(REMOTE_ADDR=OWNER)
    link = f"/akun/password/reset/key/{user_pk_to_url_str(siti)}-{default_token_generator.make_token(siti)}/"
    form = client.get(link, follow=True)
    new = "kata-sandi-yang-baru-sekali"
    assert client.post(form.request["PATH_INFO"], {"password1": new, "password2": new}).status_code == 302
    assert sign_in(client, new).status_code == 302


def test_the_numbers_are_those_the_handbook_tells() -> None:
    siti = make_account()
    stranger = RequestFactory().get("/", REMOTE_ADDR=STRANGER)
    stranger.user = AnonymousUser()
    minutes, hour = timedelta(minutes=5), timedelta(hours=1)
    told = [
        (limits.of_guess(stranger, "siti@example.test"), [(5, minutes), (60, minutes), (100, hour)]),
        (limits.of_code(stranger, siti), [(5, minutes), (300, minutes), (30, hour)]),
        (limits.of_text(stranger, "+6281234567890"), [(30, 2 * minutes), (6, hour)]),
    ]
    for counts, numbers in told:
        assert [(one.limit, one.per) for one in counts] == numbers
    device = RequestFactory().get("/", REMOTE_ADDR=STRANGER)
    device.COOKIES, device.user = {"balai-device": known_device().cookies["balai-device"].value}, AnonymousUser()
    assert [(one.limit, one.per) for one in limits.of_guess(device, "siti@example.test")] == [(10, minutes)]
