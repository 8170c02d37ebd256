"""Every answer that is taken reads back the same: kept as JSON, typed again, or shown in its box and sent once more."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.examples import some

from balai.base.pages import rendering
from balai.engine import forms
from balai.engine.forms.form import KINDS, Field
from balai.engine.forms.tests.test_forms_properties import FORM, SCOPE, TYPED

WITA = timezone(timedelta(hours=8))
HERE = replace(SCOPE, zone=WITA)
BY_KIND = {"string": "string", "text": "text", "number": "number", "integer": "integer", "money": "money",
           "boolean": "boolean", "date": "date", "time": "time", "date-time": "moment", "email": "email",
           "phone": "phone", "url": "url", "nik": "nik", "kk": "kk", "nip": "nip", "npwp": "npwp",
           "village": "village", "choice": "kind", "choices": "many", "file": "file", "files": "files",
           "place": "where", "info": "told", "group": "rows"}  # fmt: skip


def take(answers: Mapping[str, object]) -> Mapping[str, object]:
    return forms.validate(FORM, answers, HERE).answers


def send(questions: Sequence[rendering.Question]) -> dict[str, list[str]]:
    """Send what stands in the boxes, as a browser does."""
    post: dict[str, list[str]] = {}
    for one in questions:
        if one.widget == "date":
            post |= {
                f"{one.name}-{part}": [value] for part, value in zip(("day", "month", "year"), one.parts, strict=True)
            }
        elif one.widget in ("radios", "tick", "select", "checks", "search") and one.options:
            post[one.name] = [option.value for option in one.options if option.chosen]
        elif one.widget == "place":
            post |= {f"{one.name}-place-words": [one.value], f"{one.name}-place-point": [one.point]}
        elif one.widget in ("shown", "info", "files"):
            continue
        elif one.rows:
            post |= {f"{one.name}-rows": [str(len(one.rows))]} | send(
                [question for row in one.rows for question in row]
            )
        else:
            post[one.name] = [one.value.replace("\n", "\r\n") if one.widget == "area" else one.value.replace("\n", "")]
    return post


def shown_and_sent(answers: Mapping[str, object]) -> Mapping[str, object]:
    """Show a form with some answers and send it as it stands."""
    drawing = rendering.Drawing(FORM, HERE, {}, "id")
    asked = [one for one in FORM.fields.values() if one.is_asked and one.kind != "file"]
    post = send(rendering.draw(drawing, asked, answers))
    kept = {name: value for name, value in answers.items() if FORM.fields[name].holds_files}
    return take(forms.from_post(FORM, asked, post, kept))


def every_way(answers: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    """Let taken answers come back in each way they do."""
    stored = json.loads(json.dumps(forms.to_json(FORM, answers)))
    return {
        "kept": take(stored),
        "typed": take(forms.from_json(FORM, stored)),
        "read": forms.from_json(FORM, stored),
        "shown as typed": shown_and_sent(answers),
        "shown as kept": shown_and_sent(stored),
    }


def prove(answers: Mapping[str, Any]) -> None:
    taken = take(answers)
    for way, again in every_way(taken).items():
        assert again == taken, way
        assert forms.to_json(FORM, again) == forms.to_json(FORM, taken), way


def test_each_kind_has_its_question_here() -> None:
    assert set(BY_KIND) == set(KINDS)
    assert all(FORM.fields[name].kind == kind for kind, name in BY_KIND.items())


NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(min_value=-(10**33), max_value=10**33),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.from_regex(r"-?[0-9]{1,12}([.,][0-9]{1,20})?", fullmatch=True),
)
CHARACTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
LABELS = st.text(st.characters(categories=["Ll", "Lu", "Nd"]), min_size=1, max_size=8)
MOMENTS = st.one_of(st.datetimes(), st.datetimes(timezones=st.just(WITA)))
WAYS_OF: dict[str, st.SearchStrategy[Any]] = {
    "number": NUMBERS, "integer": NUMBERS, "money": NUMBERS, "string": CHARACTERS, "text": CHARACTERS,
    "date": st.one_of(
        st.dates(), st.dates().map(date.isoformat), st.dates(date(1700, 1, 1), date(2026, 3, 1)).map("{0:%d-%m-%Y}".format),
    ),
    "time": st.one_of(st.times(), st.times().map(time.isoformat), st.times().map("{0:%H.%M}".format)),
    "date-time": st.one_of(MOMENTS, MOMENTS.map(datetime.isoformat)),
    "boolean": st.sampled_from(["ya", "tidak", "on", "off", "1", "0", "YES", True, False]),
    "email": st.builds("{}@{}.{}".format, LABELS, LABELS, LABELS),
    "village": st.sampled_from(["64.72.01.1001", "6472011001", " 64.72.011001 "]),
    "choice": st.sampled_from(["a", " b ", "c"]),
    "choices": st.one_of(st.sampled_from("xuz"), st.lists(st.sampled_from("xuz"))),
    "phone": st.from_regex(r"(\+62|0)8[0-9]{8,10}", fullmatch=True),
    "url": st.builds("https://{}.id/{}".format, LABELS, CHARACTERS),
    "file": st.just({"document": "d", "name": "a.jpg", "type": "image/jpeg", "size": 7}),
    "nik": st.just("9901 0141 0190 0001"), "kk": st.just("6472010101200001"), "nip": st.just("199001012015011001"),
    "npwp": st.just("01.234.567.4-723.000"),
    "files": st.lists(st.sampled_from("dez"), max_size=3).map(
        lambda ids: [{"document": one, "name": "a.jpg", "type": "image/jpeg", "size": 7} for one in ids]
    ),
    "place": st.one_of(
        CHARACTERS,
        st.fixed_dictionaries({"words": LABELS}, optional={"point": st.sampled_from(["-0.5, 117.1", "1 2", "91, 0", ""])}),
    ),
    "info": st.none(),
    "group": st.lists(
        st.fixed_dictionaries({}, optional={"name": CHARACTERS, "amount": NUMBERS, "since": st.dates(date(1700, 1, 1))}),
        max_size=4,
    ),
}  # fmt: skip
ALL = st.sampled_from(list(KINDS)).flatmap(lambda kind: WAYS_OF[kind].map(lambda answer: {BY_KIND[kind]: answer}))


@settings(max_examples=some(600))
@given(ALL)
@example({"number": 9.077887145640332e-20})
@example({"number": Decimal("1E-33") / 7})
@example({"money": "Rp 1.500,5"})
@example({"number": "1,234"})
@example({"moment": "2026-03-02T09:00"})
@example({"moment": "2026-03-02T09:00:30.250+08:00"})
@example({"moment": "9999-12-31T23:00:00-04:00"})
@example({"time": "09.30.15"})
@example({"time": time(9, 30, 0, 5)})
@example({"date": date(1600, 1, 1)})
@example({"date": "17 Agustus 1945"})
@example({"boolean": "ya"})
@example({"village": "6472011001"})
@example({"email": "siti@İstanbul.id"})
def test_what_is_taken_comes_back_the_same_in_every_way(answers: Mapping[str, Any]) -> None:
    prove(answers)


@settings(max_examples=some(200))
@given(st.fixed_dictionaries({}, optional={BY_KIND[kind]: WAYS_OF[kind] for kind in KINDS}))
def test_so_does_a_whole_form(answers: Mapping[str, Any]) -> None:
    prove(answers)


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("file", "files", "info", "group")])
def test_so_does_whatever_people_type(kind: str, typed: str) -> None:
    prove({BY_KIND[kind]: typed})


def test_a_moment_stands_in_its_box_in_the_offices_own_time() -> None:
    assert rendering.plain(datetime(2026, 3, 2, 1, 0, tzinfo=UTC), WITA) == "2/3/2026 09.00"
    assert isinstance(FORM.fields["moment"], Field)
