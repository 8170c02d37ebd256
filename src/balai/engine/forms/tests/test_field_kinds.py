"""Kinds of questions beside the plain ones: files in lists and rows, days by rule, what is needed, chosen, worked out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from balai.engine import forms
from balai.engine.forms.day_rules import PLAIN_WEEK
from balai.engine.manifest.yaml_tree import read_yaml
from balai.engine.problems import Problem

TABLE = forms.CodeTable(
    "schools",
    tuple(forms.CodeRow(code, {"id": code}, {"area": area}) for code, area in (("s1", "a"), ("s2", "b"), ("s3", "a"))),
)
SCOPE = forms.JudgingScope(datetime(2026, 3, 2, 1, 0, tzinfo=UTC), tables={"schools": TABLE})
_YAML = b"""
schema:
  type: object
  required: [cards]
  properties:
    area: {type: string, enum: [a, b], default: a}
    school: {type: string, source: schools, filter: area}
    why: {type: string, required_if: area = "b"}
    told: {type: info}
    since: {type: string, format: date, formatMinimum: today + 5 working-days, default: today + 1 month}
    more: {type: array, minItems: 1, maxItems: 2, items: {type: string, format: file, accept: [image/jpeg]}}
    cards:
      type: array
      items: {type: object, required: [card], properties: {card: {type: string, format: file}}}
    rows:
      type: array
      items:
        type: object
        properties:
          zone: {type: string, enum: [a, b]}
          place: {type: string, source: schools, filter: {area: zone}}
          height: {type: number, required_if: zone = "b"}
          double: {type: number, compute: height * 2}
          seen: {type: array, items: {type: string, format: file}}
"""


def _form() -> forms.Form:
    problems: list[Problem] = []
    form = forms.form_of("apply", read_yaml(_YAML, "form.yaml", problems))
    assert problems == []
    return form


FORM = _form()


def file(name: str, kind: str = "image/jpeg") -> dict[str, Any]:
    return {"document": name, "name": f"{name}.jpg", "type": kind, "size": 7}


def errors(answers: Mapping[str, object], scope: forms.JudgingScope = SCOPE) -> dict[str, str]:
    return {one.path: one.code for one in forms.validate(FORM, answers, scope).errors}


CARDS = {"cards": [{"card": file("c")}]}


def test_rows_of_files_alone_are_sent_and_stay_when_they_are_sent_again() -> None:
    answers = {"cards": [{"card": file("c")}, {"card": file("d")}], "more": [file("e"), file("f")]}
    assert forms.find_unsent(FORM, answers, SCOPE) == ()
    kept = forms.browse(FORM, answers, SCOPE)
    again = forms.from_post(FORM, FORM.fields.values(), {"cards-rows": ["2"], "more-remove-0": ["1"]}, kept)
    assert again["cards"] == answers["cards"] and again["more"] == [file("f")]
    assert forms.only_files(FORM, {**answers, "why": "x"}) == answers
    assert [one.path for one in forms.list_files(FORM, answers)] == ["more.0", "more.1", "cards.0.card", "cards.1.card"]


def test_without_the_count_of_rows_such_a_form_is_told_to_be_unsendable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("balai.engine.forms.posting._shown_rows", lambda group, post: 0)
    assert [(one.path, one.code) for one in forms.find_unsent(FORM, CARDS, SCOPE)] == [("cards", "too_few")]


def test_a_file_goes_where_its_control_says_and_nowhere_else() -> None:
    answers: dict[str, Any] = {"rows": [{}, {"seen": [file("a")]}]}
    assert forms.put_file(FORM, answers, "rows-1-seen", file("b")) and forms.put_file(
        FORM, answers, "rows-1-seen", file("b")
    )
    assert answers["rows"][1]["seen"] == [file("a"), file("b")], "the same document stands there once"
    for name in ("rows-2-seen", "rows-1-height", "rows-x-seen", "why", "none", "more-0"):
        assert not forms.put_file(FORM, answers, name, file("z")) or name == "more-0"


def test_as_many_files_as_it_takes_of_the_kinds_it_takes() -> None:
    assert errors({**CARDS, "more": [file("a"), file("b"), file("c")]}) == {"more": "too_many"}
    assert errors({**CARDS, "more": [file("a", "text/html")]}) == {"more": "file_type"}
    assert errors({**CARDS, "more": ["a"]}) == {"more": "file_missing"}
    facts = {"c": forms.FileFacts("c", "image/jpeg", 7)}
    checked = forms.validate(FORM, {**CARDS, "more": [file("a")]}, SCOPE, files=facts)
    assert [(one.path, one.code) for one in checked.errors] == [("more", "file_missing")], (
        "the store knows no such file"
    )


@pytest.mark.parametrize(
    ("rule", "day"),
    [("today", "2026-01-31"), ("today + 1 month", "2026-02-28"), ("today - 17 years", "2009-01-31"), ("today+2 weeks", "2026-02-14"),
     ("today + 5 working-days", "2026-02-06"), ("today - 1 working-day", "2026-01-30"), ("2026-05-01", "2026-05-01"),
     ("today + 999 years", "3025-01-31"), ("today + 999 months", "2109-04-30")],
)  # fmt: skip
def test_a_day_by_rule(rule: str, day: str) -> None:
    assert forms.day_of(rule, date(2026, 1, 31), lambda: PLAIN_WEEK).isoformat() == day


def test_a_limit_counts_by_the_calendar_and_in_a_correction_from_the_day_it_came_in() -> None:
    class Closed:
        def is_working_day(self, day: date) -> bool:
            return day.weekday() < 5 and day != date(2026, 3, 3)

        def working_days_between(self, start: date, end: date) -> int:
            return 1

    assert errors({**CARDS, "since": "2026-03-09"}) == {}
    assert errors({**CARDS, "since": "2026-03-09"}, replace(SCOPE, calendar=Closed)) == {"since": "too_early"}
    later = replace(
        SCOPE, now=datetime(2026, 3, 6, tzinfo=UTC), reserved={"case": {"submitted_date": date(2026, 3, 2)}}
    )
    assert errors({**CARDS, "since": "2026-03-09"}, later) == {}
    assert errors({**CARDS, "since": "2026-03-06"}, later) == {"since": "too_early"}


def test_a_default_stands_in_the_box_and_is_no_answer() -> None:
    assert "area" not in forms.validate(FORM, CARDS, SCOPE).answers
    shown = forms.fill(FORM, {}, SCOPE)
    assert shown.values["area"] == "a" and forms.fill(FORM, {"area": ""}, SCOPE).values["area"] is None


def test_what_is_needed_depends_on_other_answers_in_rows_too() -> None:
    assert errors({**CARDS, "area": "b"}) == {"why": "required"}
    rows: list[object] = [{"zone": "b"}, {"zone": "a"}, {"zone": "b", "height": "2"}]
    assert errors({**CARDS, "rows": rows}) == {"rows.0.height": "required"}
    shown = forms.fill(FORM, {"area": "b", "rows": rows}, SCOPE)
    assert {"why", "rows.0.height", "rows.2.height"} <= shown.needed and "rows.1.height" not in shown.needed
    assert shown.worked == {"rows.0.double": None, "rows.1.double": None, "rows.2.double": Decimal(4)}


def test_options_that_depend_on_another_answer() -> None:
    assert [row.code for row in forms.narrowed(FORM.fields["school"], TABLE, {"area": "a"})] == ["s1", "s3"]
    assert forms.narrowed(FORM.fields["school"], TABLE, {}) == ()
    assert errors({**CARDS, "area": "a", "school": "s1"}) == {}
    assert errors({**CARDS, "area": "a", "school": "s2"}) == {"school": "not_of"}
    assert errors({**CARDS, "rows": [{"zone": "a", "place": "s2"}, {"zone": "a", "place": "s3"}]}) == {
        "rows.0.place": "not_of"
    }


def test_a_search_in_a_row_is_a_search() -> None:
    post = {"rows-0-place-search": ["SD\u200b"], "rows-0-place": [""]}
    assert forms.searches_in(post) == {"rows-0-place": "SD"} and forms.is_searching(post)
    assert not forms.is_searching({**post, "rows-0-place": ["s1"]})
    assert [forms.takes_away(name) for name in ("more-remove-1", "card-remove", "rows-remove-0", "remove")] == [
        True,
        True,
        True,
        False,
    ]


def test_a_counter_without_a_line_is_told_the_same() -> None:
    (page,) = forms.as_data(FORM, lambda key, default: default, {}, "id", SCOPE.tables)["pages"]  # type: ignore[misc]
    told = {one["name"]: one for one in page["fields"]}
    worked = [one for one in told.values() if one["kind"] == "worked"]
    assert {one["name"] for one in worked} == {name for name, one in FORM.fields.items() if one.is_computed}
    assert told["told"]["kind"] == "info" and told["more"]["several"] == 2 and told["area"]["default"] == "a"
    assert told["school"]["narrowed"] == {"area": "area"} and told["school"]["options_of"]["s2"] == {"area": "b"}
    assert told["why"]["needed_when"] == ["=", ["name", "area"], ["is", "b"]] and not told["why"]["required"]
    schema: Any = forms.json_schema(FORM)
    assert "told" not in schema["properties"] and schema["properties"]["more"]["maxItems"] == 2
    assert schema["properties"]["area"]["default"] == "a" and schema["properties"]["cards"]["items"]["required"] == [
        "card"
    ]
