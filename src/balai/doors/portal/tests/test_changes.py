"""The page of a refused case says which of its holder's answers would have led the rule elsewhere."""

from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.test import Client
from tests.cast import NOW, Cast, open_service
from tests.costs import count

from balai.casework.cases import rules
from balai.casework.cases.actions import bind_all
from balai.casework.cases.models import Case
from balai.casework.issuing import authority
from balai.casework.issuing.tests.story import stage
from balai.casework.issuing.tests.test_changes import ENGLISH, MICRO, refused

from .conftest import client_of

pytestmark = pytest.mark.django_db(transaction=True)
TITLE = "Yang dapat mengubah keputusan"


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setitem(authority.SCRYPT, "n", 2**10)
    made = stage()
    open_service(MICRO)
    return made


@pytest.fixture(autouse=True)
def at_nine() -> Any:
    with patch("django.utils.timezone.now", return_value=NOW):
        yield


def address(case_id: UUID) -> str:
    return f"/berkas/{Case.objects.get(id=case_id).number}/"


def test_its_holder_reads_it_in_their_language(cast: Cast) -> None:
    at, siti = address(refused(cast)), client_of(cast.siti.account_id)
    page = siti.get(at).content.decode()
    assert TITLE in page and "Jika Modal usaha" in page and "sekarang 1.500.000.000" in page
    siti.cookies["bahasa"] = "en"
    assert ENGLISH in siti.get(at).content.decode()


def test_a_case_that_was_not_refused_says_nothing_of_it(cast: Cast) -> None:
    case_id = refused(cast)
    Case.objects.filter(id=case_id).update(outcome="granted")
    bind_all()
    assert TITLE not in client_of(cast.siti.account_id).get(address(case_id)).content.decode()


def test_a_stranger_reads_nothing_of_it(cast: Cast) -> None:
    at = address(refused(cast))
    assert client_of(cast.joko.account_id).get(at).status_code == 404
    assert Client().get(at).status_code == 404


def test_it_asks_the_database_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    at, siti = address(refused(cast)), client_of(cast.siti.account_id)
    whole = count(siti, at)
    monkeypatch.setattr(rules, "what_would_change", lambda *_: [])
    assert count(siti, at) == whole
