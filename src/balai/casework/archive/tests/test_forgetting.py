"""Forgetting a person: what goes, what stays and why, what stands in the way, and that nobody can bring it back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service

from balai.base import crypto, erasures, journal_check, plugs, post
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.base.models import Dispatch, Entry, Message, Vault
from balai.base.outbox import MAX_ATTEMPTS, Worker
from balai.base.owed import revive
from balai.casework.archive import actions, queries
from balai.casework.archive.models import Forgetting
from balai.casework.cases import queries as cases
from balai.casework.cases.actions import Command, act, start_draft
from balai.casework.cases.models import Draft
from balai.casework.notices.models import Notice
from balai.doors.console.demo.cast import CONSOLE
from balai.records.filing.models import Record
from balai.records.people import actions as people
from balai.records.people import queries as people_queries
from balai.records.people.models import Account, Mandate, Person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


def closed(cast: Cast) -> UUID:
    """Let Siti apply and think better of it: a closed, filed case."""
    case_id = apply_for_sku(cast).case_id
    act(Command(id=uuid4(), actor=cast.siti.citizen, now=NOW, case_id=case_id, action="withdraw"))
    Worker().drain(NOW)
    return case_id


def forget(cast: Cast, *, command: UUID | None = None, reason: str = "permintaan tertulis") -> UUID:
    return actions.forget_person(
        command_id=command or uuid4(), actor=CONSOLE, now=NOW, person_id=cast.siti.person_id, reason=reason
    )


def why(cast: Cast, *, on: timedelta = timedelta(0)) -> list[str]:
    plan = queries.plan_forgetting(cast.siti.person_id, NOW.date() + on)
    return sorted(one.why for one in plan.staying)


def test_what_goes_is_gone_and_what_stays_stays(cast: Cast) -> None:
    case_id = closed(cast)
    start_draft(actor=cast.siti.citizen, now=NOW, service_id="surat-keterangan-usaha", answers={"business_name": "X"})
    vault = Draft.objects.get(case__isnull=True).vault_id
    people.offer_mandate(
        command_id=uuid4(), actor=cast.joko.citizen, now=NOW, principal_id=cast.joko.person_id,
        agent_id=cast.siti.person_id, kind="family", services=[], from_date=NOW.date(), to_date=None,
    )  # fmt: skip
    Worker().drain(NOW)
    plan = queries.plan_forgetting(cast.siti.person_id, NOW.date())
    assert plan.destroyed == {"details": 1, "account": 1, "factors": 0, "drafts": 1, "mandates": 1}
    assert (plan.kept, plan.barred) == ({"retention": 1}, ())
    own = people_queries.get_vault_id(cast.siti.person_id)
    wish = queries.get_wish(forget(cast))
    Worker().drain(NOW)
    assert (wish.state, wish.outcome) == ("done", {"destroyed": plan.destroyed, "kept": plan.kept})
    row = Person.objects.get(id=cast.siti.person_id)
    assert (row.name_masked, bytes(row.sealed), row.nik_hash, row.account_id) == ("", b"", None, None)
    assert not Account.objects.filter(id=cast.siti.account_id).exists()
    assert not Draft.objects.filter(case__isnull=True).exists()
    assert Mandate.objects.get().state == "revoked"
    assert not Notice.objects.filter(case__isnull=True, person_id=cast.siti.person_id).exists()
    for gone in (vault, own):
        with pytest.raises(NotFound, match="vault-shredded"):
            crypto.data_key(gone)
    assert cases.read_case(case_id=case_id).data["apply"]["business_name"] == "Warung Siti", "its law keeps the case"
    assert people_queries.find_person_exactly("9901014101900001") is None
    assert people_queries.find_person_exactly("siti@balai.example") is None
    entry = Entry.objects.get(action="forgetting-done")
    assert "Siti" not in str(entry.body)
    assert journal_check.verify_journal().faults == ()


def test_a_restored_backup_forgets_again(cast: Cast) -> None:
    own = people_queries.get_vault_id(cast.siti.person_id)
    before = Vault.objects.get(id=own)
    kept = Person.objects.get(id=cast.siti.person_id)
    forget(cast)
    erasures.register_path().unlink(missing_ok=True)  # other tests live at other times
    assert erasures.write_register(NOW) >= 1
    register = erasures.read(erasures.register_path())
    assert own in register
    Vault.objects.filter(id=own).update(wrapped_key=before.wrapped_key, shredded_at=None)
    Person.objects.filter(id=kept.id).update(sealed=kept.sealed, name_masked=kept.name_masked, erased_at=None)
    assert erasures.reapply({own: register[own]}, NOW) == 1
    with pytest.raises(NotFound):
        people_queries.get_person(cast.siti.person_id)


def test_each_case_stays_for_its_own_reason(cast: Cast) -> None:
    case_id = closed(cast)
    record = queries.find_record(case_id)
    assert record is not None and record.falls_due_on is not None
    assert why(cast) == ["retention"]
    assert why(cast, on=record.falls_due_on - NOW.date()) == ["procedure"], "the archive destroys, not this deed"
    Record.objects.filter(object_id=case_id).update(fate="review")
    assert why(cast, on=record.falls_due_on - NOW.date()) == ["retention"]
    Record.objects.filter(object_id=case_id).update(falls_due_on=None, fate="permanent")
    assert why(cast) == ["permanent"]
    Record.objects.filter(object_id=case_id).delete()
    assert why(cast) == ["unfiled"]


def test_an_open_or_a_held_case_and_an_office_stand_in_the_way(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    assert queries.plan_forgetting(cast.siti.person_id, NOW.date()).barred == ("open",)
    with pytest.raises(Conflict, match="cannot-forget"):
        forget(cast)
    act(Command(id=uuid4(), actor=cast.siti.citizen, now=NOW, case_id=case_id, action="withdraw"))
    Worker().drain(NOW)
    hold = actions.place_hold(command_id=uuid4(), actor=CONSOLE, now=NOW, case_id=case_id, reason="x", basis="y")
    with pytest.raises(Conflict, match="cannot-forget"):
        forget(cast)
    actions.lift_hold(command_id=uuid4(), actor=CONSOLE, now=NOW, hold_id=hold, reason="z")
    assert queries.plan_forgetting(cast.budi.person_id, NOW.date()).barred == ("officer",)
    assert people_queries.get_person(cast.siti.person_id).name, "what was refused left everything as it was"
    forget(cast)


def test_only_an_administrator_forgets_and_never_themselves(cast: Cast) -> None:
    told = {"now": NOW, "reason": "x"}
    for actor in (cast.siti.citizen, cast.budi.officer, cast.ratna.officer):
        with pytest.raises(NotAllowed):
            actions.forget_person(command_id=uuid4(), actor=actor, person_id=cast.siti.person_id, **told)
    Account.objects.filter(id=cast.joko.account_id).update(is_administrator=True, second_factor_required=True)
    with pytest.raises(NotAllowed, match="four-eyes"):
        actions.forget_person(command_id=uuid4(), actor=cast.joko.officer, person_id=cast.joko.person_id, **told)
    with pytest.raises(Invalid):
        forget(cast, reason="  ")


def test_twice_is_once_and_a_forgotten_person_is_not_there(cast: Cast) -> None:
    command = uuid4()
    assert forget(cast, command=command) == forget(cast, command=command)
    with pytest.raises(NotFound):
        forget(cast)


def test_a_wish_is_noted_once_taken_back_and_refused_with_words(cast: Cast) -> None:
    told = {"actor": cast.siti.citizen, "now": NOW}
    first = actions.ask_to_be_forgotten(command_id=uuid4(), **told)
    assert actions.ask_to_be_forgotten(command_id=uuid4(), **told) == first
    assert queries.count_open_wishes() == 1
    actions.withdraw_wish(command_id=uuid4(), **told)
    with pytest.raises(Conflict):
        actions.withdraw_wish(command_id=uuid4(), **told)
    second = actions.ask_to_be_forgotten(command_id=uuid4(), **told)
    with pytest.raises(NotAllowed):
        actions.refuse_wish(command_id=uuid4(), actor=cast.budi.officer, now=NOW, wish_id=second, reason="x")
    with pytest.raises(Invalid):
        actions.refuse_wish(command_id=uuid4(), actor=CONSOLE, now=NOW, wish_id=second, reason="")
    actions.refuse_wish(command_id=uuid4(), actor=CONSOLE, now=NOW, wish_id=second, reason="Berkas berjalan")
    with pytest.raises(Conflict):
        actions.refuse_wish(command_id=uuid4(), actor=CONSOLE, now=NOW, wish_id=second, reason="Berkas berjalan")
    assert [row.state for row in Forgetting.objects.order_by("asked_at", "state")].count("open") == 0
    with pytest.raises(NotFound):
        actions.ask_to_be_forgotten(command_id=uuid4(), actor=CONSOLE, now=NOW)


def test_the_others_pages_stand_without_the_one_who_is_gone(cast: Cast) -> None:
    """A name that is gone is left out of what names several."""
    forget(cast)
    both = people_queries.list_names([cast.siti.person_id, cast.joko.person_id])
    assert list(both) == [cast.joko.person_id]


# ---- the last message ------------------------------------------------------------------------------------------------

SENT: list[post.Parcel] = []
FAILS: list[Exception] = []


class Watched:
    def send(self, parcel: post.Parcel) -> str:
        if FAILS:
            raise FAILS[0]
        SENT.append(parcel)
        return "250"


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    monkeypatch.setitem(plugs._ADAPTERS, ("mail", "watched"), Watched)
    monkeypatch.setitem(plugs._ADAPTERS, ("sms", "watched"), Watched)
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"mail": "watched", "sms": "watched"}
    yield
    SENT.clear()
    FAILS.clear()


def nothing_left() -> bool:
    """Tell whether no row of the outbox or its dispatches says anything of Siti any more."""
    kept = Dispatch.objects.get(kind="forgotten")
    row = str([(one.payload, one.last_error, one.key) for one in Message.objects.all()]) + str(
        (kept.address_masked, kept.receipt, kept.last_error)
    )
    return bytes(kept.sealed) == b"" and not any(word in row for word in ("siti", "Siti", "8120000", "@"))


def test_whoever_is_forgotten_hears_of_it_once_and_last(cast: Cast, carrier: None) -> None:
    number = cases.read_case(case_id=closed(cast)).number
    SENT.clear()
    command = uuid4()
    forget(cast, command=command)
    forget(cast, command=command)
    sealed = bytes(Dispatch.objects.get(kind="forgotten").sealed)
    assert sealed and b"siti" not in sealed and number.encode() not in sealed
    Worker().drain(NOW)
    (parcel,) = SENT
    assert (parcel.to, parcel.language) == ("siti@balai.example", "id")
    for words in (
        "Data pribadi Anda sudah dimusnahkan", "2 Maret 2026", "Akun Anda dan kata sandinya", number, "Wajib disimpan",
        "sampai", "pesan terakhir", "loket mana pun",
    ):  # fmt: skip
        assert words in parcel.subject + parcel.body, words
    assert "faktor kedua" not in parcel.body, "she had none"
    assert "Siti" not in parcel.body and "permintaan tertulis" not in parcel.body
    assert nothing_left()
    Worker().drain(NOW + timedelta(days=9))
    assert len(SENT) == 1


def test_it_is_in_their_language_and_by_text_without_an_address(cast: Cast, carrier: None) -> None:
    people.change_details(
        command_id=uuid4(), actor=cast.siti.citizen, now=NOW, person_id=cast.siti.person_id, language="en"
    )
    Account.objects.filter(id=cast.siti.account_id).update(email=None)
    forget(cast)
    Worker().drain(NOW)
    (parcel,) = SENT
    assert parcel.to == "+6281200000001" and "were destroyed on 2 March 2026. No case has to stay." in parcel.body
    assert nothing_left()


def test_one_that_cannot_be_reached_is_forgotten_all_the_same(cast: Cast, carrier: None) -> None:
    Account.objects.filter(id=cast.siti.account_id).update(email=None, phone=None)
    forget(cast)
    assert not Dispatch.objects.filter(kind="forgotten").exists()


def test_a_wish_that_cannot_be_carried_out_says_no_farewell(cast: Cast, carrier: None) -> None:
    apply_for_sku(cast)
    with pytest.raises(Conflict):
        forget(cast)
    assert not Dispatch.objects.filter(kind="forgotten").exists()


@pytest.mark.parametrize("error", [post.Refused("550 siti@balai.example"), OSError("siti@balai.example is away")])
def test_a_last_message_nobody_takes_is_destroyed_with_its_last_attempt(
    cast: Cast, carrier: None, error: Exception
) -> None:
    forget(cast)
    FAILS.append(error)
    for attempt in range(MAX_ATTEMPTS):
        Worker().deliver(NOW + timedelta(hours=6 * attempt))
    message = Message.objects.get(topic="base.post-owed")
    assert message.state == "dead" or Dispatch.objects.get().state == "expired"
    assert SENT == [] and nothing_left()
    FAILS.clear()
    revive(message.id, NOW + timedelta(days=2))
    Worker().deliver(NOW + timedelta(days=2, hours=1))
    assert SENT == [] and nothing_left()
