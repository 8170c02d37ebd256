"""A refused applicant is told which of their own answers would have led the rule elsewhere: on their page and in the letter."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.cast import NOW, Cast, apply_for, open_service

from balai.casework.cases import queries as cases
from balai.casework.cases import rules as case_rules
from balai.casework.cases.actions import Command, act
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import authority, queries, rules
from balai.casework.issuing.models import Letter
from balai.casework.issuing.tests.story import open_task, sign, stage
from balai.engine import letters

pytestmark = pytest.mark.django_db(transaction=True)
MICRO = "izin-usaha-mikro"
ENGLISH = (
    "If Capital were at most 1,000,000,000 (it is 1,500,000,000): "
    "The risk is low and the capital within the limit of a micro business, so the licence is granted at once."
)


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setitem(authority.SCRYPT, "n", 2**10)
    made = stage()
    open_service(MICRO)
    return made


def refused(cast: Cast, **changes: Any) -> UUID:
    """Let Siti apply with too much capital, and Ratna refuse it and sign."""
    case_id = apply_for(cast, MICRO, "refused", **changes).case_id
    for member, data in (
        (cast.budi, {"result": "complete", "site_seen": "ya"}),
        (cast.ratna, {"outcome": "refuse", "reason": "Modal melebihi batas", "remedy": "Ajukan izin usaha kecil"}),
    ):
        act(
            Command(
                id=uuid4(), actor=member.officer, now=NOW, case_id=case_id, action="complete",
                token=open_task(case_id).token, data=data,
            )
        )  # fmt: skip
    sign(cast, case_id, open_task(case_id).token)
    return case_id


def told(case_id: UUID, lang: str) -> list[str]:
    row = cases.read_case(case_id=case_id)
    return case_rules.what_would_change(catalogue.get_service(MICRO, row.service_key), row.data, lang, NOW)


def test_the_applicant_is_told_in_the_words_of_their_form_and_in_both_languages(cast: Cast) -> None:
    case_id = refused(cast)
    assert told(case_id, "en") == [ENGLISH]
    (indonesian,) = told(case_id, "id")
    assert indonesian.startswith("Jika Modal usaha")
    assert "paling banyak 1.000.000.000 (sekarang 1.500.000.000): Risikonya rendah" in indonesian


def test_what_is_told_holds_when_it_is_tried(cast: Cast) -> None:
    case_id = apply_for(cast, MICRO, "refused", capital="Rp 1.000.000.000").case_id
    assert cases.read_case(case_id=case_id).data["assess"]["route"] == "langsung"


def test_nothing_is_told_where_no_answer_of_the_applicant_would_change_anything(cast: Cast) -> None:
    case_id = refused(cast, kbli="20231", capital="Rp 10.000.000")
    assert told(case_id, "en") == [], "the risk of the business is no answer that could be another"


def test_a_decision_that_rested_on_what_is_otherwise_today_is_not_explained(cast: Cast) -> None:
    row = cases.read_case(case_id=refused(cast))
    row.data["_reasons"]["assess"]["rules"][0]["id"] = "another"
    assert case_rules.what_would_change(catalogue.get_service(MICRO, row.service_key), row.data, "en", NOW) == []


def test_a_refusal_letter_says_it_with_its_reasons_and_a_grant_does_not(cast: Cast) -> None:
    case_id = refused(cast)
    row, letter = cases.read_case(case_id=case_id), Letter.objects.get(case_id=case_id)
    service = catalogue.get_service(MICRO, row.service_key)
    signer = letters.PrintedSigner("Ratna", "Kepala", "person", "1")
    made = queries.letter_data(row, service, letter, signer, NOW)
    assert [reason["change"] for reason in made["reasons"]] == told(case_id, "id")
    grant = replace(service, letters={**service.letters, "refusal": replace(service.letters["refusal"], kind="grant")})
    assert [reason["change"] for reason in queries.letter_data(row, grant, letter, signer, NOW)["reasons"]] == [""]
    assert rules.reasons({}, service, "id", {}) == []
