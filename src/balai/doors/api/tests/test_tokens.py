"""A machine's key ends when it runs out, when it is revoked, and with whatever it rests on; each with a code of its own."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import NOW, Cast, make_cast, open_service

from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.base.models import Entry, SecurityEvent
from balai.casework.archive import actions as archive
from balai.doors.api.models import Token
from balai.doors.api.tokens import SCOPES, list_tokens, make_token, open_token, revoke_token
from balai.doors.console import __main__ as console
from balai.doors.console.demo.cast import CONSOLE, Member
from balai.records.offices import actions as offices
from balai.records.offices.models import Appointment
from balai.records.people.models import Account, Person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


def made(member: Member, *scopes: str, command_id: UUID | None = None, now: datetime | None = None, **more: Any) -> str:
    return make_token(
        command_id=command_id or uuid4(), actor=more.pop("actor", CONSOLE), now=now or timezone.now(), name="Mesin loket",
        person_id=member.person_id, scopes=list(scopes or SCOPES), **more,
    )  # fmt: skip


def answer(token: str) -> tuple[int, str]:
    """Show a token at the door: status and code."""
    told = Client().get("/api/v1/inbox", headers={"Authorization": f"Bearer {token}"})
    assert told.status_code == 200 or told["WWW-Authenticate"] == "Bearer"
    return told.status_code, "" if told.status_code == 200 else told.json()["code"]


def deactivated(cast: Cast) -> None:
    Account.objects.filter(id=cast.budi.account_id).update(is_active=False)


def forgotten(cast: Cast) -> None:
    archive.forget_person(
        command_id=uuid4(), actor=CONSOLE, now=timezone.now(), person_id=cast.siti.person_id, reason="permintaan"
    )


def joined(cast: Cast) -> None:
    Person.objects.filter(id=cast.siti.person_id).update(joined_into=cast.joko.person_id)


def without_account(cast: Cast) -> None:
    Person.objects.filter(id=cast.siti.person_id).update(account=None)


def without_post(cast: Cast) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    for one in Appointment.objects.filter(person_id=cast.budi.person_id):
        offices.end_appointment(
            command_id=uuid4(), actor=CONSOLE, now=timezone.now(), appointment_id=one.id, last_day=yesterday, reason="Pindah"
        )  # fmt: skip


ENDS: dict[str, tuple[str, Callable[[Cast], None], str]] = {
    "the account is closed": ("budi", deactivated, "ended"),
    "the person is forgotten": ("siti", forgotten, "ended"),
    "the record was joined into another": ("siti", joined, "ended"),
    "there is no account any more": ("siti", without_account, "ended"),
    "the officer holds no post": ("budi", without_post, "ended"),
}


@pytest.mark.parametrize("why", ENDS)
def test_a_token_ends_with_what_it_rests_on(cast: Cast, why: str) -> None:
    who, end, state = ENDS[why]
    shown = made(getattr(cast, who))
    assert answer(shown) == (200, "")
    end(cast)
    assert answer(shown) == (401, f"token-{state}")
    assert [row.state for row in list_tokens(timezone.now())] == [state]


def test_a_citizen_s_token_asks_for_no_post(cast: Cast) -> None:
    assert answer(made(cast.siti)) == (200, "")


def test_a_revoked_and_a_run_out_token_say_which(cast: Cast) -> None:
    shown, late = made(cast.siti), made(cast.siti, now=timezone.now() - timedelta(days=3), life=timedelta(days=2))
    row = Token.objects.order_by("-created_at")[0]
    assert shown.encode() not in bytes(row.hash)
    assert answer(shown) == (200, "")
    assert revoke_token(command_id=uuid4(), actor=CONSOLE, now=timezone.now(), token_id=row.id, reason="Mesin dijual")
    assert answer(shown) == (401, "token-revoked")
    assert answer(late) == (401, "token-expired")
    assert answer("balai_tidak-ada") == (401, "no-token")
    assert answer("") == (401, "no-token")
    states = {one.state: one.revoked_reason for one in list_tokens(timezone.now())}
    assert states == {"revoked": "Mesin dijual", "expired": ""}


def test_the_use_of_a_dead_token_stands_in_the_security_log_a_minute_once(cast: Cast) -> None:
    shown = made(cast.siti)
    row = Token.objects.get()
    revoke_token(command_id=uuid4(), actor=CONSOLE, now=timezone.now(), token_id=row.id)
    for _ in range(5):
        assert answer(shown) == (401, "token-revoked")
    (event,) = SecurityEvent.objects.filter(kind="token-revoked")
    assert (event.actor, event.body) == (f"person:{cast.siti.person_id}", {"token": str(row.id)[:8]})


def test_the_last_use_is_written_once_a_minute(cast: Cast, django_assert_num_queries: Any) -> None:
    now = timezone.now()
    shown = made(cast.siti, now=now)
    with django_assert_num_queries(2):
        open_token(shown, now)
    with django_assert_num_queries(1):
        open_token(shown, now + timedelta(seconds=59))
    assert Token.objects.get().last_used_at == now
    open_token(shown, now + timedelta(seconds=61))
    assert Token.objects.get().last_used_at == now + timedelta(seconds=61)


def test_issue_and_revocation_stand_in_the_journal_without_the_secret(cast: Cast) -> None:
    shown = made(cast.siti, "cases:read")
    row = Token.objects.get()
    revoke_token(command_id=uuid4(), actor=CONSOLE, now=timezone.now(), token_id=row.id)
    entries = list(Entry.objects.filter(stream="api").order_by("seq"))
    assert [one.action for one in entries] == ["make-token", "revoke-token"]
    assert entries[0].body["person"] == str(cast.siti.person_id)
    assert all(shown[6:] not in str(one.body) and one.body["token"] == str(row.id) for one in entries)


def test_a_second_click_is_the_same_token_and_other_data_is_refused(cast: Cast) -> None:
    command, now = uuid4(), timezone.now()
    assert made(cast.siti, command_id=command, now=now) == made(cast.siti, command_id=command, now=now)
    assert Token.objects.count() == 1
    assert made(cast.siti) != made(cast.siti)
    with pytest.raises(Conflict, match="command-reused"):
        made(cast.siti, "cases:read", command_id=command)


def test_what_cannot_be_made_says_why(cast: Cast) -> None:
    def faults(**more: Any) -> set[str]:
        with pytest.raises(Invalid) as refused:
            made(more.pop("member", cast.siti), *more.pop("scopes", ["cases:read"]), **more)
        return set(refused.value.fields)

    assert faults(scopes=["cases:all"]) == {"scopes"}
    assert faults(life=timedelta(0)) == {"days"}
    assert faults(life=timedelta(days=4000)) == {"days"}
    without_account(cast)
    assert faults() == {"email"}
    with pytest.raises(NotAllowed):
        made(cast.joko, actor=cast.budi.officer)
    with pytest.raises(NotAllowed):
        revoke_token(command_id=uuid4(), actor=cast.budi.officer, now=NOW, token_id=uuid4())
    with pytest.raises(NotFound):
        revoke_token(command_id=uuid4(), actor=CONSOLE, now=NOW, token_id=uuid4())


def test_the_console_makes_lists_and_revokes(cast: Cast, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("balai.doors.console.installation.load", lambda args: None)

    def run(*words: str) -> tuple[int, str]:
        code = console.main(["api-token", *words])
        return code, capsys.readouterr().out

    assert "No machine has a token" in run("list")[1]
    assert run("Mesin", "--email", "siti@balai.example")[0] == 2
    code, shown = run("Mesin kios", "--email", "siti@balai.example", "--scope", "cases:read", "--days", "9")
    assert (code, answer(shown.strip())) == (0, (200, ""))
    _, listed = run("list")
    assert "live" in listed and "Mesin kios" in listed and "cases:read" in listed and "s***@balai.example" in listed
    assert shown.strip() not in listed
    assert run("revoke", "xx")[0] == 1
    assert "Mesin kios: revoked." in run("revoke", listed[:8], "--reason", "Rusak")[1]
    assert "was revoked before" in run("revoke", listed[:8])[1]
    assert answer(shown.strip()) == (401, "token-revoked")
    assert run("Mesin", "--email", "siti@balai.example", "--scope", "semua")[0] == 1
