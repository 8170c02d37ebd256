"""Drafts: kept, resumed, forgotten; a draft becomes one case, and the case's key outlives the draft."""

from datetime import timedelta
from functools import partial
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from tests.cast import NOW, Cast, make_cast, open_service, photo, sku_answers

from balai.base import crypto
from balai.base.errors import Conflict, NotFound
from balai.base.models import Vault
from balai.casework.cases import queries, rules
from balai.casework.cases.actions import (
    Submission,
    discard_draft,
    drafts,
    save_draft,
    start_draft,
    submit,
)
from balai.casework.cases.jobs import forget_stale_drafts
from balai.casework.cases.models import Case, Draft
from balai.records.documents import actions as documents

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


def begin(cast: Cast) -> UUID:
    draft_id, _ = start_draft(actor=cast.siti.citizen, now=NOW, service_id="surat-keterangan-usaha", answers={})
    return draft_id


def submission(cast: Cast, draft_id: UUID) -> Submission:
    vault_id = Draft.objects.get(id=draft_id).vault_id

    def file(name: str) -> dict[str, object]:
        stored = documents.store(vault_id, BytesIO(photo()), name=name, actor=cast.siti.citizen, now=NOW)
        return {"document": str(stored.id), "name": name, "type": stored.media_type, "size": stored.size}

    return Submission(
        id=uuid4(), actor=cast.siti.citizen, now=NOW, service_id="surat-keterangan-usaha", answers=sku_answers(file), draft_id=draft_id
    )  # fmt: skip


def test_a_draft_sent_from_two_windows_is_one_case(cast: Cast) -> None:
    draft_id = begin(cast)
    made = submission(cast, draft_id)
    submit(made)
    from dataclasses import replace

    with pytest.raises(Conflict) as refused:
        submit(replace(made, id=uuid4()))
    assert refused.value.code == "draft-sent"
    assert Case.objects.count() == 1
    with pytest.raises(Conflict):
        discard_draft(actor=cast.siti.citizen, now=NOW, draft_id=draft_id)


def test_a_draft_sent_while_it_was_being_forgotten_keeps_its_key(cast: Cast) -> None:
    draft_id = begin(cast)
    vault_id = Draft.objects.get(id=draft_id).vault_id
    case_id = submit(submission(cast, draft_id)).case_id
    assert not drafts._forget(draft_id, vault_id, NOW)
    assert queries.read_case(case_id=case_id).data["apply"]["business_name"] == "Warung Siti"


def test_a_stale_draft_is_forgotten_for_good_and_a_fresh_one_is_not(cast: Cast) -> None:
    stale, fresh = begin(cast), begin(cast)
    vault_id = Draft.objects.get(id=stale).vault_id
    later = NOW + rules.DRAFT_KEPT - timedelta(minutes=1)
    save_draft(
        actor=cast.siti.citizen,
        now=later,
        draft_id=fresh,
        answers={"business_name": "Warung"},
        page="usaha",
        seen={},
    )
    assert forget_stale_drafts(NOW + rules.DRAFT_KEPT + timedelta(seconds=1)) == 1
    assert list(Draft.objects.values_list("id", flat=True)) == [fresh]
    assert Vault.objects.get(id=vault_id).wrapped_key is None
    with pytest.raises(NotFound):
        crypto.data_key(vault_id)


def test_only_its_writer_opens_a_draft(cast: Cast) -> None:
    draft_id = begin(cast)
    with pytest.raises(NotFound):
        queries.access_draft(cast.joko.citizen, draft_id)
    with pytest.raises(NotFound):
        queries.access_draft(cast.joko.citizen, draft_id, secret="SALAH")
    assert queries.access_draft(cast.siti.citizen, draft_id).answers == {}
    assert [draft.id for draft in queries.list_drafts(cast.siti.person_id)] == [draft_id]


def test_two_windows_do_not_take_each_others_answers(cast: Cast) -> None:
    """Each changes what it saw differently; the same question answered twice is as it was answered last."""
    draft_id = begin(cast)
    save = partial(save_draft, actor=cast.siti.citizen, now=NOW, draft_id=draft_id)
    save(answers={"business_name": "Satu", "kind": "jasa", "photo": {"document": "1"}}, seen={})
    seen = queries.access_draft(cast.siti.citizen, draft_id).answers
    one = {"business_name": "Satu", "kind": "jasa", "photo": {"document": "1"}, "letter": {"document": "2"}}
    two = {"business_name": "Dua", "kind": "jasa"}  # took the photo out again
    assert save(answers=one, seen=seen) == one
    both = {"business_name": "Dua", "kind": "jasa", "letter": {"document": "2"}}
    assert save(answers=two, seen=seen) == both
    assert queries.access_draft(cast.siti.citizen, draft_id).answers == both
