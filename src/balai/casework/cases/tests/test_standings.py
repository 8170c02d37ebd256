"""Whose a case is and how it stands: marked at each move, bound at the upgrade, and the same after a joining."""

from uuid import uuid4

import pytest
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service

from balai.base import crypto, journal_check, sql
from balai.base.actors import CLOCK
from balai.base.errors import Altered
from balai.casework.cases import actions, queries
from balai.casework.cases.models import Case

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


def test_a_case_of_a_former_release_opens_after_the_upgrade_and_for_its_holders_alone(cast: Cast) -> None:
    case = queries.read_case(case_id=apply_for_sku(cast).case_id)
    Case.objects.filter(id=case.id).update(mac=b"")
    sql.execute(
        "UPDATE base_vault SET wrapped_key = %s WHERE id = %s", [crypto.wrap(case.vault_id, case.key), case.vault_id]
    )
    with pytest.raises(Altered):
        queries.read_case(case_id=case.id)
    actions.bind_all(limit=1)
    assert queries.read_case(case_id=case.id).key == case.key
    (wrapped,) = sql.row("SELECT wrapped_key FROM base_vault WHERE id = %s", [case.vault_id])  # type: ignore[misc]
    assert crypto.read_holders(case.vault_id, wrapped) == case.holders
    assert journal_check.verify_journal(deep=True).faults == ()


def test_a_joining_gives_the_case_a_key_that_opens_for_the_record_that_stayed(cast: Cast) -> None:
    case = queries.read_case(case_id=apply_for_sku(cast).case_id)
    follow(cast)
    after = queries.read_case(case_id=case.id)
    assert (after.applicant_id, after.submitted_by_id, after.key) == (
        cast.joko.person_id,
        cast.joko.person_id,
        case.key,
    )
    assert journal_check.verify_journal(deep=True).faults == ()


def follow(cast: Cast) -> int:
    return actions.follow_person(
        command_id=uuid4(), actor=CLOCK, now=NOW, kept_id=cast.joko.person_id, gone_id=cast.siti.person_id
    )


def test_a_joining_does_not_make_good_what_was_changed_by_hand(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    Case.objects.filter(id=case_id).update(outcome="granted")
    with pytest.raises(Altered):
        follow(cast)
    assert Case.objects.get(id=case_id).applicant_id == cast.siti.person_id


def test_a_forgotten_case_follows_too_and_stays_forgotten(cast: Cast) -> None:
    case = queries.read_case(case_id=apply_for_sku(cast).case_id)
    crypto.shred(case.vault_id, NOW)
    assert follow(cast) == 1
    assert sql.row("SELECT wrapped_key FROM base_vault WHERE id = %s", [case.vault_id]) == (None,)
    assert journal_check.verify_journal(deep=True).faults == ()
