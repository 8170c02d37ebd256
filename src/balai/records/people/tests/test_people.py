"""Persons, identity, mandates and the first administrator on a real database."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, connection, transaction

from balai.base import crypto, journal, journal_check
from balai.base.actors import Actor
from balai.base.errors import BalaiError, Conflict, Invalid, NotAllowed, NotFound
from balai.base.models import Access, Deed, Entry, SecurityEvent
from balai.records.people import actions, policy, queries, rules
from balai.records.people.models import Account, Binding, Mandate, Person, SetupToken
from balai.records.people.rules import Identity

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 6, 2)
CONSOLE = Actor("system", "console", name="test")
SITI_NIK, JOKO_NIK = "9972035203900001", "9972033001950001"


def register(name: str, **more: Any) -> UUID:
    return actions.register_person(
        command_id=uuid4(), actor=CONSOLE, now=NOW, identity=Identity(name, **more.pop("known", {})), **more
    )


def me(person_id: UUID) -> Actor:
    return Actor("person", "portal", person_id=person_id)


def officer(person_id: UUID | None = None, *, second_factor: bool = True) -> Actor:
    return Actor("officer", "counter", person_id=person_id or register("Budi"), second_factor=second_factor)


def bind(person_id: UUID, nik: str = SITI_NIK, *, by: Actor | None = None, **more: Any) -> None:
    given: dict[str, Any] = {"name": "Siti Aminah", "birth_date": date(1990, 3, 12), "reason": "KTP-el dilihat"} | more
    actions.bind_identity(command_id=uuid4(), actor=by or officer(), now=NOW, person_id=person_id, nik=nik, **given)


@pytest.mark.parametrize(
    "known", [{"name": "Siti \u8001"}, {"address": "Jl. \N{STEAMING BOWL}"}, {"birth_place": "\u1a05"}]
)
def test_a_counter_takes_no_name_or_address_that_no_letter_could_show(known: dict[str, str]) -> None:
    siti = register("Siti")
    with pytest.raises(Invalid, match="not-drawable") as refused:
        bind(siti, **known)
    assert list(refused.value.fields) == list(known) and "U+" in refused.value.message("id")
    assert queries.get_person(siti).name == "Siti"


# -- persons ----------------------------------------------------------------------------------------------------------


def test_a_person_is_sealed_and_opens_to_the_same() -> None:
    known = {
        "nik": SITI_NIK,
        "birth_date": date(1990, 3, 12),
        "address": "Jl. Merdeka 12",
        "email": "siti@example.test",
    }
    siti = register("Siti Aminah", known=known)
    view = queries.get_person(siti)
    assert (view.name, view.nik, view.birth_date, view.email) == (
        "Siti Aminah", SITI_NIK, date(1990, 3, 12), "siti@example.test",
    )  # fmt: skip
    assert view.name_masked == "S*** A***"
    with connection.cursor() as cursor:
        for table in ("people_person", "base_entry", "base_deed", "base_message"):
            cursor.execute(f"SELECT * FROM {table}")
            kept = b"|".join(
                bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
                for row in cursor.fetchall()
                for cell in row
            )
            for secret in (b"Aminah", SITI_NIK.encode(), b"Merdeka", b"siti@"):
                assert secret not in kept, table


def test_a_claimed_nik_is_not_anybodys_until_it_is_bound() -> None:
    register("Joko", known={"nik": SITI_NIK})
    assert queries.find_person_by_nik(SITI_NIK) is None


def test_reading_somebody_elses_details_is_written_down_first() -> None:
    siti = register("Siti")
    queries.read_person(me(siti), siti, purpose="profil", now=NOW)
    assert not Access.objects.exists()
    queries.read_person(officer(), siti, purpose="loket", now=NOW)
    row = Access.objects.get()
    assert (row.person_id, row.purpose, row.object) == (siti, "loket", f"person:{siti}")
    with pytest.raises(NotFound):
        queries.read_person(officer(), uuid4(), purpose="loket", now=NOW)


def test_details_change_by_the_person_or_an_officer_and_by_nobody_else() -> None:
    siti, joko = register("Siti"), register("Joko")
    change = {"command_id": uuid4(), "now": NOW, "person_id": siti}
    actions.change_details(actor=me(siti), phone="0812 3456 7890", address="Jl. Baru 1", **change)  # type: ignore[arg-type]
    assert queries.get_person(siti).phone == "+6281234567890"
    with pytest.raises(NotAllowed):
        actions.change_details(actor=me(joko), address="X", **(change | {"command_id": uuid4()}))  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="phone-format"):
        actions.change_details(actor=me(siti), phone="abc", **(change | {"command_id": uuid4()}))  # type: ignore[arg-type]
    body = Entry.objects.get(action="details-changed").body
    assert body == {"fields": ["address", "phone"]}


def test_the_same_command_with_other_personal_data_is_refused_and_tells_nothing() -> None:
    command = uuid4()
    given = {"command_id": command, "actor": CONSOLE, "now": NOW}
    first = actions.register_person(identity=Identity("Siti"), **given)  # type: ignore[arg-type]
    assert actions.register_person(identity=Identity("Siti"), **given) == first  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="command-reused"):
        actions.register_person(identity=Identity("Joko"), **given)  # type: ignore[arg-type]
    assert Deed.objects.get(id=journal.bound(command, CONSOLE)).digest != b""


def test_erasure_leaves_a_person_that_nobody_can_know_again() -> None:
    siti = register("Siti Aminah")
    bind(siti)
    actions.erase_person(command_id=uuid4(), actor=CONSOLE, now=NOW, person_id=siti, reason="permintaan")
    assert queries.find_person_by_nik(SITI_NIK) is None
    with pytest.raises(NotFound):
        queries.get_person(siti)
    row = Person.objects.get(id=siti)
    assert (row.name_masked, bytes(row.sealed), row.nik_hash) == ("", b"", None)
    with pytest.raises(NotFound, match="vault-shredded"):
        crypto.data_key(row.vault_id)
    assert journal_check.verify_journal().faults == ()


# -- identity ---------------------------------------------------------------------------------------------------------


def test_binding_at_a_counter_makes_a_person_seen_and_findable() -> None:
    siti = register("Siti")
    budi = officer()
    bind(siti, by=budi)
    assert queries.get_identity_level(siti) == "seen"
    assert queries.find_person_by_nik(SITI_NIK) == siti
    assert queries.get_person(siti).name == "Siti Aminah"
    binding = Binding.objects.get()
    assert (binding.officer_id, binding.evidence, binding.level) == (budi.person_id, "ktp-el", "seen")
    policy.require_identity(siti, "seen")
    with pytest.raises(NotAllowed, match="identity-too-low"):
        policy.require_identity(siti, "national")


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (Actor("person", "portal", person_id=uuid4()), "not-allowed"),
        (Actor("officer", "counter", person_id=uuid4()), "second-factor"),
    ],
)
def test_only_an_officer_with_a_second_factor_binds(by: Actor, code: str) -> None:
    with pytest.raises(NotAllowed, match=code):
        bind(register("Siti"), by=by)


def test_nobody_binds_themselves() -> None:
    budi = officer()
    assert budi.person_id
    with pytest.raises(NotAllowed, match="four-eyes"):
        bind(budi.person_id, by=budi)


def test_a_nik_of_somebody_else_is_refused_without_a_hint_and_remembered() -> None:
    siti, joko = register("Siti"), register("Joko")
    bind(siti)
    with pytest.raises(Conflict) as caught:
        bind(joko, name="Joko")
    assert caught.value.code == "identity-elsewhere"
    for lang in ("id", "en"):
        assert "Siti" not in caught.value.message(lang) and str(siti) not in caught.value.message(lang)
    assert caught.value.params == {} and caught.value.fields == {}
    assert queries.get_identity_level(joko) == "none"
    assert queries.get_person(joko).name == "Joko"
    assert SecurityEvent.objects.get().kind == "identity-elsewhere"
    assert str(siti) not in str(SecurityEvent.objects.get().body)


def test_a_bound_person_keeps_their_nik_and_name() -> None:
    siti = register("Siti")
    bind(siti)
    with pytest.raises(Conflict, match="identity-bound"):
        bind(siti, JOKO_NIK)
    with pytest.raises(Conflict, match="identity-bound"):
        actions.change_details(command_id=uuid4(), actor=me(siti), now=NOW, person_id=siti, name="Joko")
    bind(siti, reason="dilihat lagi")
    assert Binding.objects.count() == 2


@pytest.mark.parametrize(("nik", "reason", "code"), [("123", "ok", "nik-format"), (SITI_NIK, "  ", "invalid")])
def test_binding_needs_a_possible_nik_and_a_reason(nik: str, reason: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        bind(register("Siti"), nik, reason=reason)
    assert caught.value.code == code
    assert caught.value.fields


def test_two_bindings_of_one_nik_at_once_cannot_both_stand() -> None:
    one, two = register("Siti"), register("Joko")
    mark = crypto.lookup_hash("nik", SITI_NIK)
    Person.objects.filter(id=one).update(nik_hash=mark)
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(id=two).update(nik_hash=mark)


# -- accounts ---------------------------------------------------------------------------------------------------------


def account(name: str = "Siti", **more: Any) -> Account:
    given: dict[str, Any] = {"email": f"{name.lower()}@example.test", "password": "kata-sandi-panjang"} | more
    made = actions.create_account(command_id=uuid4(), actor=CONSOLE, now=NOW, name=name, **given)
    return Account.objects.get(id=made)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"email": "SITI@example.test"}, "contact-taken"),
        ({"email": "", "phone": "+62 812 3456 7890"}, "contact-taken"),
        ({"email": ""}, "contact-taken"),
        ({"email": "lain@example.test", "phone": "x"}, "phone-format"),
        ({"email": "lain@example.test", "password": "pendek"}, "invalid"),
        ({"email": "lain@example.test", "password": "12345678901234"}, "invalid"),
    ],
)
def test_contacts_are_unique_and_passwords_strong(more: dict[str, str], code: str) -> None:
    account(phone="0812 3456 7890")
    with pytest.raises(Invalid, match=code):
        account("Joko", **more)


def test_a_recycled_phone_number_opens_nothing_to_its_new_holder() -> None:
    siti = account(phone="0812 3456 7890")
    owner = Person.objects.get(account=siti)
    actions.release_phone(command_id=uuid4(), actor=officer(), now=NOW, phone="081234567890", reason="nomor daur ulang")
    assert queries.find_account_by_phone("081234567890") is None
    joko = account("Joko", phone="0812 3456 7890")
    assert queries.find_account_by_phone("081234567890") == joko
    assert queries.find_person_of_account(siti.id) == owner.id
    with pytest.raises(NotAllowed):
        actions.release_phone(command_id=uuid4(), actor=me(owner.id), now=NOW, phone="081234567890", reason="x")


def test_the_database_keeps_administrators_behind_a_second_factor() -> None:
    siti = account()
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(id=siti.id).update(is_administrator=True)


def test_an_officer_without_a_strong_factor_must_add_one() -> None:
    siti = account()
    Account.objects.filter(id=siti.id).update(second_factor_required=True)
    siti.refresh_from_db()
    assert policy.must_add_second_factor(siti)
    Authenticator.objects.create(user=siti, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert policy.must_add_second_factor(siti)
    Authenticator.objects.create(user=siti, type=Authenticator.Type.TOTP, data={})
    assert not policy.must_add_second_factor(siti)


def test_the_first_administrator_comes_with_a_one_time_code() -> None:
    token = actions.issue_setup_token(now=NOW)
    claim = {"now": NOW, "email": "ratna@example.test", "password": "kata-sandi-panjang", "name": "Ratna"}
    with pytest.raises(Invalid, match="setup-token"):
        actions.claim_setup(command_id=uuid4(), token="salah", **claim)  # type: ignore[arg-type]
    made = actions.claim_setup(command_id=uuid4(), token=token, **claim)  # type: ignore[arg-type]
    ratna = Account.objects.get(id=made)
    assert ratna.is_administrator and ratna.second_factor_required
    assert token.encode() not in bytes(SetupToken.objects.get().digest)
    with pytest.raises(Invalid, match="setup-token"):
        actions.claim_setup(command_id=uuid4(), token=token, **(claim | {"email": "j@example.test"}))  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="setup-token"):
        actions.issue_setup_token(now=NOW)
    person = Person.objects.get(account=ratna).id
    assert not policy.is_administrator(Actor("officer", "desk", person_id=person))
    assert policy.is_administrator(Actor("officer", "desk", person_id=person, second_factor=True))


def test_a_late_set_up_code_and_an_earlier_one_are_worthless() -> None:
    old, new = actions.issue_setup_token(now=NOW), actions.issue_setup_token(now=NOW)
    claim = {"email": "r@example.test", "password": "kata-sandi-panjang", "name": "Ratna"}
    for token, now in ((old, NOW), (new, NOW + timedelta(hours=25))):
        with pytest.raises(Invalid, match="setup-token"):
            actions.claim_setup(command_id=uuid4(), token=token, now=now, **claim)


# -- mandates ---------------------------------------------------------------------------------------------------------


def offer(principal: UUID, agent: UUID, by: Actor, **more: Any) -> UUID:
    given: dict[str, Any] = {"kind": "family", "services": [], "from_date": TODAY, "to_date": None} | more
    return actions.offer_mandate(command_id=uuid4(), actor=by, now=NOW, principal_id=principal, agent_id=agent, **given)


def do(action: Any, mandate: UUID, by: Actor, **more: Any) -> None:
    action(command_id=uuid4(), actor=by, now=NOW, mandate_id=mandate, **more)


def may(agent: UUID, principal: UUID, service: str = "sku", now: datetime = NOW) -> bool:
    try:
        return policy.may_act_for(agent, principal, service, now) is not None
    except NotAllowed:
        return False


def test_a_mandate_holds_once_the_other_side_accepts_and_until_it_is_revoked() -> None:
    mother, siti, joko = register("Ratna"), register("Siti"), register("Joko")
    mandate = offer(mother, siti, me(siti))
    assert not may(siti, mother)
    with pytest.raises(NotAllowed):
        do(actions.accept_mandate, mandate, me(siti))  # not one's own offer
    with pytest.raises(NotFound):
        do(actions.accept_mandate, mandate, me(joko))
    do(actions.accept_mandate, mandate, me(mother))
    assert may(siti, mother)
    assert not may(mother, siti)
    assert not may(joko, mother)
    with pytest.raises(Conflict, match="mandate-decided"):
        do(actions.refuse_mandate, mandate, me(mother))
    with pytest.raises(NotFound):
        do(actions.revoke_mandate, mandate, me(joko))
    do(actions.revoke_mandate, mandate, me(mother))
    assert not may(siti, mother)
    assert [entry.action for entry in Entry.objects.filter(stream=f"person:{mother}").order_by("seq")] == [
        "person-registered", "mandate-offered", "mandate-accepted", "mandate-revoked",
    ]  # fmt: skip


def test_one_acts_for_oneself_without_a_mandate() -> None:
    siti = register("Siti")
    assert policy.may_act_for(siti, None, "sku", NOW) is None
    assert policy.may_act_for(siti, siti, "sku", NOW) is None


def test_a_mandate_holds_for_its_services_and_dates_only() -> None:
    mother, siti = register("Ratna"), register("Siti")
    last = TODAY + timedelta(days=10)
    mandate = offer(mother, siti, me(mother), services=["sku"], from_date=TODAY, to_date=last)
    do(actions.accept_mandate, mandate, me(siti))
    assert may(siti, mother, "sku")
    assert not may(siti, mother, "domisili")
    evening = datetime(2026, 6, 12, 15, 59, tzinfo=UTC)  # 23:59 in Samarinda on the last day
    assert may(siti, mother, "sku", evening)
    assert not may(siti, mother, "sku", evening + timedelta(minutes=1))
    assert not may(siti, mother, "sku", NOW - timedelta(days=1))


def test_a_refused_offer_gives_nothing() -> None:
    mother, siti = register("Ratna"), register("Siti")
    mandate = offer(mother, siti, me(siti))
    do(actions.refuse_mandate, mandate, me(mother))
    assert not may(siti, mother)
    with pytest.raises(Conflict, match="mandate-decided"):
        do(actions.accept_mandate, mandate, me(mother))


def test_a_stranger_cannot_offer_between_two_others() -> None:
    mother, siti, joko = register("Ratna"), register("Siti"), register("Joko")
    with pytest.raises(NotFound):
        offer(mother, siti, me(joko))


def test_a_firm_is_confirmed_at_a_counter_and_then_managed_by_its_delegate() -> None:
    firm = register("CV Contoh", kind=Person.Kind.ORGANISATION)
    siti, joko = register("Siti"), register("Joko")
    first = offer(firm, siti, me(siti), kind="business", may_delegate=True)
    with pytest.raises(NotAllowed, match="mandate-needs-counter"):
        do(actions.accept_mandate, first, me(siti))
    with pytest.raises(NotAllowed, match="second-factor"):
        do(actions.confirm_mandate, first, officer(second_factor=False), evidence_document_id=None, reason="akta")
    with pytest.raises(NotAllowed, match="four-eyes"):
        do(actions.confirm_mandate, first, officer(siti), evidence_document_id=None, reason="akta")
    evidence = uuid4()
    do(actions.confirm_mandate, first, officer(), evidence_document_id=evidence, reason="akta pendirian dilihat")
    assert may(siti, firm)
    assert Mandate.objects.get(id=first).evidence_document_id == evidence
    second = offer(firm, joko, me(siti), kind="business", services=["sku"])
    do(actions.accept_mandate, second, me(joko))
    assert may(joko, firm, "sku")
    third = offer(firm, register("Ratna"), me(siti), kind="business")
    with pytest.raises(NotFound):
        do(actions.refuse_mandate, third, me(joko))  # a mandate without may_delegate does not manage the firm


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"to_date": TODAY - timedelta(days=1)}, "mandate-dates"),
        ({"from_date": date(2026, 7, 1), "to_date": TODAY}, "mandate-dates"),
    ],
)
def test_impossible_dates_are_refused(more: dict[str, date], code: str) -> None:
    mother, siti = register("Ratna"), register("Siti")
    with pytest.raises(Invalid, match="mandate-dates"):
        offer(mother, siti, me(siti), **more)


def test_nobody_mandates_themselves() -> None:
    siti = register("Siti")
    with pytest.raises(Invalid, match="mandate-self"):
        offer(siti, siti, me(siti))


def test_every_refusal_of_this_floor_has_words_in_both_languages() -> None:
    from balai.base.errors import MESSAGES
    from balai.records import errors

    source = Path(errors.__file__).read_text(encoding="utf-8")
    codes = [code for code in MESSAGES if f'"{code}": (' in source]
    assert len(codes) >= 30
    for code in codes:
        words: dict[str, Any] = dict.fromkeys(
            (
                "why",
                "limit",
                "found",
                "accepted",
                "pixels",
                "pages",
                "by",
                "seconds",
                "port",
                "hours",
                "files",
                "characters",
                "minutes",
            ),
            "x",
        )
        assert all(len(BalaiError(code, **words).message(lang)) > 20 for lang in ("id", "en")), code
    assert rules.mask_name("") == ""
