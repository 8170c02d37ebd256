"""What an officer writes at the counter opens at the counter alone: the portal asks for no post and no second factor."""

from uuid import UUID

import pytest
from django.test import Client
from tests.cast import NOW, Cast

from balai.base.actors import Actor
from balai.base.errors import NotFound
from balai.casework.cases import actions, queries

pytestmark = pytest.mark.django_db
SERVICE = "surat-keterangan-usaha"


def begin(cast: Cast, *, channel: str, behalf: UUID | None) -> UUID:
    kind = "officer" if channel == "counter" else "person"
    actor = Actor(kind, channel, cast.budi.person_id, second_factor=channel == "counter")  # type: ignore[arg-type]
    draft_id, _ = actions.start_draft(actor=actor, now=NOW, service_id=SERVICE, answers={}, on_behalf_of=behalf)
    return draft_id


@pytest.fixture
def budi(cast: Cast) -> Client:
    """Budi as a citizen, with no second factor proved."""
    from .conftest import client_of

    return client_of(cast.budi.account_id)


@pytest.mark.parametrize("page", ["", "simpan/", "periksa/", "buang/", "business/", "kode/"])
def test_an_application_at_the_counter_is_not_there_at_the_portal(cast: Cast, budi: Client, page: str) -> None:
    draft_id = begin(cast, channel="counter", behalf=cast.siti.person_id)
    assert budi.get(f"/permohonan/{draft_id}/{page}").status_code == 404
    assert str(draft_id) not in budi.get("/berkas-saya/").content.decode()


def test_a_draft_of_ones_own_opens_at_the_portal_and_not_at_the_counter(cast: Cast, budi: Client) -> None:
    draft_id = begin(cast, channel="portal", behalf=None)
    assert budi.get(f"/permohonan/{draft_id}/simpan/").status_code == 200
    at_counter = Actor("officer", "counter", cast.budi.person_id, second_factor=True)
    with pytest.raises(NotFound):
        queries.access_draft(at_counter, draft_id)


def test_a_machine_of_the_officer_does_not_open_it_either(cast: Cast) -> None:
    draft_id = begin(cast, channel="counter", behalf=cast.siti.person_id)
    with pytest.raises(NotFound):
        queries.access_draft(Actor("person", "api", cast.budi.person_id), draft_id)
