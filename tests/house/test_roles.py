"""The table of roles: what each brings, and that nobody lost by its making what the six earlier places gave them."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from balai.base.actors import Actor
from balai.casework.cases import policy as cases
from balai.casework.issuing import policy as issuing
from balai.records.filing import policy as filing
from balai.records.law import policy as law
from balai.records.offices import queries, roles

# What release 0.1.0 granted by strings of its own in each place, for a service that names `clerk` and `verifier`.
WORKED_ON_A_CASE = {"head", "kepala", "clerk", "verifier"}
KEPT_HOLDS = {"head", "archivist"}
REVOKED_LETTERS = {"head"}  # where the service names no signer
READ_THE_TOWN = {"auditor"}
EVERY = WORKED_ON_A_CASE | KEPT_HOLDS | READ_THE_TOWN | {"counter", "section-head", "operator"}


@pytest.fixture
def service() -> Any:
    return SimpleNamespace(roles=("clerk", "verifier", "auditor"), steps={})


@pytest.mark.parametrize("role", sorted(EVERY))
def test_everyone_keeps_the_rights_of_release_0_1_0(role: str, service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "list_scopes", lambda person, day: [(role, "/kota/")])
    officer = Actor("officer", "desk", person_id=UUID(int=7), second_factor=True)
    now = datetime(2026, 11, 30, tzinfo=UTC)
    monkeypatch.setattr(filing.people_policy, "is_administrator", lambda actor: False)
    assert bool(cases.working_roles([(role, "/kota/")], service, "/kota/kel/")) == (role in WORKED_ON_A_CASE)
    assert cases.is_auditor(officer, now) == (role in READ_THE_TOWN)
    if role in KEPT_HOLDS:
        assert filing.may_keep(officer, "/kota/kel/", now)
    if role in REVOKED_LETTERS:
        assert role in issuing.signing_roles(service, "grant")


def test_a_legal_officer_confirms_law_and_gets_nothing_else(service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    post = SimpleNamespace(role="legal", unit_path="/kota/")
    monkeypatch.setattr(queries, "list_roles", lambda person, day: (post,))
    monkeypatch.setattr(queries, "list_scopes", lambda person, day: [("legal", "/kota/")])
    monkeypatch.setattr(filing.people_policy, "is_administrator", lambda actor: False)
    officer = Actor("officer", "desk", person_id=UUID(int=7), second_factor=True)
    now = datetime(2026, 11, 30, tzinfo=UTC)
    assert law.require_legal(officer, now) is post
    assert not cases.working_roles([("legal", "/kota/")], service, "/kota/kel/")
    assert not cases.is_auditor(officer, now)
    assert not filing.may_keep(officer, "/kota/kel/", now)
    assert "legal" not in roles.heads() | roles.apart() | issuing.signing_roles(service, "grant")


@pytest.mark.parametrize("role", sorted(EVERY))
def test_no_role_of_release_0_1_0_confirms_law(role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "list_roles", lambda person, day: (SimpleNamespace(role=role, unit_path="/kota/"),))
    officer = Actor("officer", "desk", person_id=UUID(int=7), second_factor=True)
    assert law.find_post(officer, datetime(2026, 11, 30, tzinfo=UTC)) is None


def test_a_head_by_either_spelling_has_the_same_rights(service: Any) -> None:
    assert {"head", "kepala"} == roles.heads() == issuing.signing_roles(service, "grant")


def test_whoever_stands_apart_does_no_casework_even_where_a_service_names_the_role(service: Any) -> None:
    assert cases.working_roles([("auditor", "/"), ("archivist", "/")], service, "/kota/") == frozenset()


def test_every_role_is_named_in_both_languages_and_an_unknown_one_by_its_code() -> None:
    assert all(role.id and role.en for role in roles.table().values())
    assert roles.say("counter", "en") == "Counter officer"
    assert roles.say("verifier") == "verifier"
