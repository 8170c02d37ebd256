"""Judging answers: what is taken, what is refused and why, what is hidden, computed or given."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import PurePosixPath

import pytest

from balai.engine import forms
from balai.engine.manifest.yaml_tree import read_yaml
from balai.engine.problems import Problem, Problems

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SCOPE = forms.JudgingScope(NOW)


def form_from(text: str, name: str = "apply") -> forms.Form:
    """Read one form from YAML text."""
    problems: list[Problem] = []
    root = read_yaml(text.encode(), f"{PurePosixPath(name)}.yaml", problems)
    assert not problems, problems
    return forms.read_form(name, root.value, file=root.file, lines=root.lines)


SHOP = form_from(
    """
pages:
  - {id: business, fields: [name, kind, why, started_on, capital, staff]}
  - {id: partner, fields: [partners, phone], show_if: has_partner}
  - {id: more, fields: [has_partner, agreed]}
schema:
  type: object
  required: [name, kind, why, partners, agreed]
  properties:
    name: {type: string, minLength: 3, maxLength: 20}
    kind: {type: string, enum: [dagang, jasa]}
    why: {type: string, show_if: 'kind = "jasa"'}
    started_on: {type: string, format: date, formatMaximum: today}
    capital: {type: number, format: money, minimum: 1000}
    staff: {type: integer, minimum: 0, maximum: 500}
    has_partner: {type: boolean}
    agreed: {type: boolean, const: true}
    phone: {type: string, format: phone}
    partners:
      type: array
      minItems: 1
      maxItems: 3
      items:
        type: object
        required: [name]
        properties:
          name: {type: string}
          share: {type: number, minimum: 0}
          half: {type: number, compute: "share / 2"}
    total: {type: number, compute: "sum(partners.share)", show_if: has_partner}
checks:
  - {id: shares_100, that: "total = 100", field: partners}
"""
)
GOOD: Mapping[str, object] = {"name": "Warung Siti", "kind": "dagang", "agreed": "true"}


def codes(answers: object, scope: forms.JudgingScope = SCOPE, page: str | None = None) -> dict[str, str]:
    """Answer the code of each error by its path."""
    return {error.path: error.code for error in forms.validate(SHOP, answers, scope, page=page).errors}


def test_good_answers_come_out_typed() -> None:
    typed = forms.validate(
        SHOP, {**GOOD, "capital": "Rp 1.500.000,00", "started_on": "17/08/2020", "staff": "3"}, SCOPE
    )
    assert not typed.errors
    assert typed.answers == {
        "name": "Warung Siti", "kind": "dagang", "started_on": date(2020, 8, 17), "capital": Decimal(1500000),
        "staff": 3, "agreed": True,
    }  # fmt: skip


def test_required_questions_are_missed() -> None:
    assert codes({}) == {"name": "required", "kind": "required", "agreed": "must_accept"}


def test_a_hidden_answer_does_not_survive() -> None:
    checked = forms.validate(SHOP, {**GOOD, "why": "karena", "partners": [{"name": "Joko"}]}, SCOPE)
    assert "why" not in checked.answers
    assert "partners" not in checked.answers


def test_a_condition_makes_a_question_required() -> None:
    assert codes({**GOOD, "kind": "jasa"}) == {"why": "required"}


def test_computed_values_are_worked_out_and_never_accepted() -> None:
    partners = [{"name": "Joko", "share": "40", "half": "7"}, {"name": "Budi", "share": "60"}]
    checked = forms.validate(SHOP, {**GOOD, "has_partner": "ya", "partners": partners, "total": "7"}, SCOPE)
    assert not checked.errors
    assert checked.answers["total"] == 100
    assert checked.answers["partners"] == [
        {"name": "Joko", "share": Decimal(40), "half": Decimal(20)},
        {"name": "Budi", "share": Decimal(60), "half": Decimal(30)},
    ]


def test_a_check_over_several_answers_is_told_at_its_field() -> None:
    assert codes({**GOOD, "has_partner": True, "partners": [{"name": "Joko", "share": 40}]}) == {
        "partners": "check.shares_100"
    }


def test_a_check_is_silent_while_an_answer_it_reads_is_wrong_itself() -> None:
    assert codes({**GOOD, "has_partner": True, "partners": [{"share": 40}]}) == {"partners.0.name": "required"}


def test_empty_rows_are_dropped_and_the_limits_hold() -> None:
    assert codes({**GOOD, "has_partner": True, "partners": [{}, {"name": " "}]}) == {"partners": "too_few"}
    assert codes({**GOOD, "has_partner": True, "partners": [{"name": "a"}] * 4}) == {"partners": "too_many"}


def test_only_the_page_in_hand_is_told() -> None:
    assert codes({}, page="business") == {"name": "required", "kind": "required"}
    assert codes({}, page="more") == {"agreed": "must_accept"}


def test_unknown_questions_are_told() -> None:
    assert codes({**GOOD, "nmae": "x"}) == {"nmae": "unknown_field"}
    assert codes([]) == {"": "not_answers"}


def test_given_values_win_over_posted_ones() -> None:
    scope = forms.JudgingScope(
        NOW, given={"name": "Siti dari data kependudukan".replace(" dari data kependudukan", "")}
    )
    assert forms.validate(SHOP, {**GOOD, "name": "Joko"}, scope).answers["name"] == "Siti"


def test_pages_and_fields_follow_the_answers() -> None:
    assert [page.id for page in forms.visible_pages(SHOP, {}, SCOPE)] == ["business", "more"]
    assert [page.id for page in forms.visible_pages(SHOP, {"has_partner": True}, SCOPE)] == [
        "business",
        "partner",
        "more",
    ]
    first = SHOP.pages[0]
    assert "why" not in [one.name for one in forms.visible_fields(SHOP, first, {}, SCOPE)]
    assert "why" in [one.name for one in forms.visible_fields(SHOP, first, {"kind": "jasa"}, SCOPE)]


def test_today_is_decided_where_the_office_is() -> None:
    from zoneinfo import ZoneInfo

    late = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)  # already the third of March in Samarinda
    there = forms.JudgingScope(late, zone=ZoneInfo("Asia/Makassar"))
    assert codes({**GOOD, "started_on": "2026-03-03"}, there) == {}
    assert codes({**GOOD, "started_on": "2026-03-03"}, forms.JudgingScope(late)) == {"started_on": "too_late"}


def test_every_mistake_of_a_form_is_told_at_once() -> None:
    with pytest.raises(Problems) as caught:
        form_from(
            """
pages: [{id: a, fields: [nmae]}]
schema:
  type: object
  required: [gone]
  properties:
    name: {type: string, minLenght: 3}
    kind: {type: strin}
    Total: {type: number, compute: "1 +"}
    a_x: {type: string, show_if: b_x}
    b_x: {type: string, show_if: a_x}
"""
        )
    told = "\n".join(str(problem) for problem in caught.value.problems)
    for part in (
        'apply.yaml:7', 'Did you mean "minLength"', 'Did you mean "string"', 'Did you mean "name"', "circle",
        "not a FEEL expression", '"gone" is required but', '"Total" cannot be',
    ):  # fmt: skip
        assert part in told, part
