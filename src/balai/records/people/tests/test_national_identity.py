"""Sign-in by an OpenID Connect provider: a whole code flow with PKCE against a provider on loopback."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.apps import apps
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from django.utils import timezone

from balai.base import journal_check
from balai.base.actors import Actor
from balai.base.models import Entry, SecurityEvent
from balai.base.outbox import Worker
from balai.base.pages import frames
from balai.project.settings_identity import oidc_providers
from balai.records.people import actions, queries
from balai.records.people.models import Account, Person
from balai.records.people.rules import Identity

NOW = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)
CONSOLE = Actor("system", "console", name="test")
OFFICER = Actor("officer", "counter", person_id=uuid4(), second_factor=True)
NIK = "9972035203900001"
SITI = {"sub": "siti-1", "name": "Siti Aminah", "nik": NIK, "birthdate": "1990-03-12"}


def who(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(queries.find_person_of_account(request.user.pk)))


urlpatterns = [
    path("", include("balai.base.pages.urls")),
    path("akun/", include("allauth.urls")),
    path("", who),
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@dataclass
class Provider:
    """An OpenID Connect provider that vouches for whatever `claims` say, and checks what the client must send."""

    claims: dict[str, Any] = field(default_factory=lambda: dict(SITI))
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    url: str = ""

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def jwks(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": "one", "alg": "RS256", "use": "sig"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Say yes for the person and give the address to return to."""
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        code = uuid4().hex
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def token(self, given: dict[str, str], authorization: str) -> dict[str, Any]:
        asked = self.codes.pop(given["code"])
        assert authorization == "Basic " + base64.b64encode(b"balai:rahasia").decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given["code_verifier"].encode()).digest()).rstrip(b"=")
        assert challenge.decode() == asked["code_challenge"], "PKCE"
        now = int(time.time())
        told = {"iss": self.url, "aud": "balai", "iat": now, "exp": now + 300, "sub": self.claims["sub"]}
        if "nonce" in asked:
            told["nonce"] = asked["nonce"]
        id_token = jwt.encode(told, self.key, algorithm="RS256", headers={"kid": "one"})
        return {"access_token": "access", "token_type": "Bearer", "id_token": id_token, "expires_in": 300}


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setattr(frames, "_PLACES", {"citizen": {}, "officer": {}, "foot": {}})  # no doors are mounted here
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def answer(self, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            answers = {"/.well-known/openid-configuration": made.discovery, "/jwks": made.jwks}
            self.answer(answers.get(urlsplit(self.path).path, lambda: made.claims)())

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            given = {key: values[0] for key, values in parse_qs(raw).items()}
            self.answer(made.token(given, self.headers.get("Authorization", "")))

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    cache.clear()
    app = {"BALAI_OIDC_SERVER": made.url, "BALAI_OIDC_ID": "nasional", "BALAI_OIDC_CLIENT": "balai"}
    providers: Any = oidc_providers(app)
    providers["openid_connect"]["APPS"][0]["secret"] = "rahasia"
    settings.SOCIALACCOUNT_PROVIDERS = providers
    settings.BALAI_OIDC_NATIONAL = "nasional"
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
        cache.clear()


def sign_in(provider: Provider, client: Client | None = None, *, connect: bool = False) -> Client:
    """Walk the flow as a browser does: to sign in, or to connect the provider to the account one is signed in to."""
    client = client or Client()
    leaving = client.post(f"/akun/oidc/nasional/login/{'?process=connect' if connect else ''}")
    assert leaving.status_code == 302, leaving.content.decode()[:500]
    asked = {key: values[0] for key, values in parse_qs(urlsplit(leaving["Location"]).query).items()}
    returning = urlsplit(provider.authorize(asked))
    back = client.get(f"{returning.path}?{returning.query}")
    assert back.status_code == 302, back.content.decode()[:2000]
    return client


def signed_in(client: Client) -> UUID | None:
    told = client.get("/").content.decode()
    return None if told == "None" else UUID(told)


def register(name: str, nik: str = "") -> UUID:
    person = actions.register_person(command_id=uuid4(), actor=CONSOLE, now=NOW, identity=Identity(name))
    if nik:
        actions.bind_identity(
            command_id=uuid4(), actor=Actor("officer", "counter", person_id=register("Budi"), second_factor=True),
            now=NOW, person_id=person, nik=nik, name=name, birth_date=date(1990, 3, 12), reason="di loket",
        )  # fmt: skip
        Worker().drain(NOW)  # without an account nobody is told
    return person


def test_a_first_sign_in_makes_a_person_known_as_national(provider: Provider) -> None:
    person = signed_in(sign_in(provider))
    assert person is not None
    view = queries.get_person(person)
    assert (view.identity_level, view.nik, view.name, view.birth_date) == (
        "national", NIK, "Siti Aminah", date(1990, 3, 12),
    )  # fmt: skip
    assert signed_in(sign_in(provider)) == person
    assert Account.objects.count() == Person.objects.count() == 1


def test_whoever_was_seen_at_a_counter_finds_their_own_person(provider: Provider) -> None:
    siti = register("Siti Aminah", NIK)
    assert signed_in(sign_in(provider)) == siti
    assert queries.get_identity_level(siti) == "national"
    Worker().drain(timezone.now())
    assert notices(siti) == ["portal"]


def test_whoever_has_an_account_already_signs_in_to_it(provider: Provider) -> None:
    siti = register("Siti Aminah", NIK)
    account = actions.create_account(
        command_id=uuid4(), actor=CONSOLE, now=NOW, email="s@example.test", password="kata-sandi-panjang", name="Siti"
    )
    Person.objects.filter(account_id=account).update(account=None)
    Person.objects.filter(id=siti).update(account_id=account)
    assert signed_in(sign_in(provider)) == siti
    assert SocialAccount.objects.get().user_id == account
    assert Account.objects.count() == 1


def test_another_provider_is_not_believed_about_the_nik(provider: Provider, settings: Any) -> None:
    settings.BALAI_OIDC_NATIONAL = "lain"
    siti = register("Siti Aminah", NIK)
    person = signed_in(sign_in(provider))
    assert person is not None and person != siti
    assert queries.get_identity_level(person) == "none"
    assert queries.get_person(person).nik == ""


@pytest.mark.parametrize("nik", ["", "123", "9972039999900001"])
def test_a_provider_without_a_possible_nik_binds_nobody(provider: Provider, nik: str) -> None:
    provider.claims["nik"] = nik
    person = signed_in(sign_in(provider))
    assert person is not None
    assert queries.get_identity_level(person) == "none"


def test_a_changed_nik_at_the_provider_hinders_no_sign_in_but_is_not_taken_over(provider: Provider) -> None:
    person = signed_in(sign_in(provider))
    assert person is not None
    Person.objects.filter(id=person).update(identity_level="contact")
    provider.claims["nik"] = "9972033001950001"
    assert signed_in(sign_in(provider)) == person
    assert queries.get_person(person).nik == NIK
    assert SecurityEvent.objects.get().kind == "identity-bound"


def test_a_forged_state_is_refused(provider: Provider) -> None:
    client = Client()
    leaving = client.post("/akun/oidc/nasional/login/")
    asked = {key: values[0] for key, values in parse_qs(urlsplit(leaving["Location"]).query).items()}
    provider.authorize(asked)
    code = next(iter(provider.codes))
    client.get(f"/akun/oidc/nasional/login/callback/?code={code}&state=palsu")
    assert signed_in(client) is None
    assert not Account.objects.exists()


# ---- a record of before, made at a counter ---------------------------------------------------------------------------


@pytest.fixture
def online(provider: Provider) -> UUID:
    """Let Siti have an account by a provider that told no NIK when she made it."""
    provider.claims["nik"] = ""
    person = signed_in(sign_in(provider))
    assert person is not None and queries.get_identity_level(person) == "none"
    provider.claims["nik"] = NIK
    return person


def told(client: Client) -> str:
    """Read what the next page would tell."""
    return " ".join(str(message) for message in get_messages(client.get("/akun/oidc/").wsgi_request))


def notices(person_id: UUID) -> list[str]:
    """List the ways a person was told that their identity is bound; notices belong to a floor above."""
    found = apps.get_model("notices", "Notice").objects.filter(person_id=person_id, event="identity-bound")
    return sorted(found.values_list("channel", flat=True))


def taken(person_id: UUID) -> None:
    """Let somebody sign in to the record of a counter by an account of its own."""
    account = actions.create_account(
        command_id=uuid4(), actor=CONSOLE, now=NOW, email="s@example.test", password="kata-sandi-panjang", name="Siti"
    )
    Person.objects.filter(account_id=account).update(account=None)
    Person.objects.filter(id=person_id).update(account_id=account)


def browser(account: Account) -> Client:
    """Sign an account in with its password, a moment ago."""
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()
    return client


def test_a_record_of_a_counter_is_joined_into_the_account_at_sign_in(provider: Provider, online: UUID) -> None:
    before = register("Siti Aminah", NIK)
    firm = actions.record_mandate(
        command_id=uuid4(), actor=OFFICER, now=NOW, firm=Identity("PT Contoh", nik="9120000000001"), agent_id=before,
        services=[], to_date=None, may_delegate=False, evidence="Akta",
    )  # fmt: skip
    for _ in range(2):
        assert signed_in(sign_in(provider)) == online
    view = queries.get_person(online)
    assert (view.identity_level, view.nik, view.birth_date) == ("national", NIK, date(1990, 3, 12))
    assert queries.find_person_by_nik(NIK) == online and queries.find_joined(before) == online
    assert queries.get_mandate(firm).agent_id == online
    assert {entry.stream for entry in Entry.objects.filter(action="persons-joined")} == {
        f"person:{online}", f"person:{before}",
    }  # fmt: skip
    entry = Entry.objects.get(action="identity-bound", stream=f"person:{online}")
    assert (entry.body["level"], entry.body["evidence"]) == ("national", "oidc:nasional")
    Worker().drain(timezone.now())
    assert notices(online) == ["portal"], "told once; she gave no address"
    assert not SecurityEvent.objects.exists() and journal_check.verify_journal().faults == ()


def test_so_it_is_when_an_account_is_connected_to_the_provider(provider: Provider) -> None:
    account = Account.objects.get(
        id=actions.create_account(
            command_id=uuid4(), actor=CONSOLE, now=NOW, email="s@example.test", password="kata-sandi-panjang",
            name="Siti",
        )
    )  # fmt: skip
    person, before = queries.find_person_of_account(account.pk), register("Siti Aminah", NIK)
    assert person is not None
    client = sign_in(provider, browser(account), connect=True)
    assert signed_in(client) == person and SocialAccount.objects.get().user_id == account.pk
    assert queries.get_identity_level(person) == "national" and queries.find_joined(before) == person
    Worker().drain(timezone.now())
    assert notices(person) == ["email", "portal"]


def test_connecting_asks_for_the_password_first_and_then_binds(provider: Provider) -> None:
    account = Account.objects.get(
        id=actions.create_account(
            command_id=uuid4(), actor=CONSOLE, now=NOW, email="s@example.test", password="kata-sandi-panjang",
            name="Siti",
        )
    )  # fmt: skip
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    sign_in(provider, client, connect=True)
    person = queries.find_person_of_account(account.pk)
    assert person is not None
    assert not SocialAccount.objects.exists() and queries.get_identity_level(person) == "contact"
    client.post("/akun/reauthenticate/", {"password": "kata-sandi-panjang"}, follow=True)
    assert SocialAccount.objects.get().user_id == account.pk and queries.get_identity_level(person) == "national"


def test_nobodys_account_is_taken_and_whoever_asks_is_sent_to_a_counter(provider: Provider, online: UUID) -> None:
    before = register("Siti Aminah", NIK)
    taken(before)
    client = sign_in(provider)
    assert signed_in(client) == online, "what is not bound hinders no sign-in"
    assert "datang ke loket dengan KTP-el" in told(client)
    assert queries.get_identity_level(online) == "none" and queries.find_person_by_nik(NIK) == before
    assert Person.objects.get(id=before).joined_into_id is None
    event = SecurityEvent.objects.get()
    assert (event.kind, event.body) == ("has-account", {"person": str(online)})


def test_connecting_the_identity_of_another_account_connects_nothing(provider: Provider) -> None:
    taken(register("Siti Aminah", NIK))
    other = Account.objects.get(
        id=actions.create_account(
            command_id=uuid4(), actor=CONSOLE, now=NOW, email="j@example.test", password="kata-sandi-panjang",
            name="Joko",
        )
    )  # fmt: skip
    client = sign_in(provider, browser(other), connect=True)
    assert signed_in(client) == queries.find_person_of_account(other.pk)
    assert "datang ke loket dengan KTP-el" in told(client)
    assert not SocialAccount.objects.exists()


def test_a_provider_that_tells_another_date_of_birth_joins_nobody(provider: Provider, online: UUID) -> None:
    before = register("Siti Aminah", NIK)
    provider.claims["birthdate"] = "1991-03-12"
    client = sign_in(provider)
    assert signed_in(client) == online and "Minta administrator kantor" in told(client)
    assert queries.find_person_by_nik(NIK) == before and queries.get_identity_level(online) == "none"
    assert SecurityEvent.objects.get().kind == "identity-elsewhere"


def test_a_provider_that_tells_no_date_of_birth_takes_none_away(provider: Provider, online: UUID) -> None:
    before = register("Siti Aminah", NIK)
    provider.claims |= {"birthdate": "", "name": ""}
    assert signed_in(sign_in(provider)) == online
    view = queries.get_person(online)
    assert queries.find_joined(before) == online
    assert (view.birth_date, view.name) == (date(1990, 3, 12), "Siti Aminah")
