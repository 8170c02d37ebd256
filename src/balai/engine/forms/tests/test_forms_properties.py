"""Properties of judging answers: it never raises, it is idempotent, and nothing hidden or computed comes in."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import some

from balai.engine import forms
from balai.engine.forms.field_readers import read_number
from balai.engine.forms.messages import MESSAGES
from balai.engine.manifest.yaml_tree import read_yaml
from balai.engine.problems import Problem

SCOPE = forms.JudgingScope(
    datetime(2026, 3, 2, 1, 0, tzinfo=UTC),
    tables={
        "village": forms.CodeTable("village", (forms.CodeRow("64.72.01.1001", {"id": "Rawa Makmur"}),)),
        "kbli": forms.CodeTable("kbli", (forms.CodeRow("47111", {"id": "Eceran"}),)),
    },
)
_YAML = """
pages:
  - {id: a, fields: [string, text, number, integer, money, boolean, agreed, date, time, moment, email, phone, url]}
  - {id: b, fields: [nik, kk, nip, npwp, village, kbli, kind, many, file, files, where, told,
     shown_sometimes, rows],
     show_if: "not(boolean = true)"}
schema:
  type: object
  required: [string, rows]
  properties:
    string: {type: string, maxLength: 50}
    text: {type: string, format: text}
    number: {type: number}
    integer: {type: integer, minimum: 0, maximum: 100}
    money: {type: number, format: money}
    boolean: {type: boolean}
    agreed: {type: boolean, const: true}
    date: {type: string, format: date, formatMaximum: today}
    time: {type: string, format: time}
    moment: {type: string, format: date-time}
    email: {type: string, format: email}
    phone: {type: string, format: phone}
    url: {type: string, format: url}
    nik: {type: string, format: nik}
    kk: {type: string, format: kk}
    nip: {type: string, format: nip}
    npwp: {type: string, format: npwp}
    village: {type: string, format: village}
    kbli: {type: string, source: kbli}
    kind: {type: string, enum: [a, b]}
    many: {type: array, items: {type: string, enum: [x, u, z]}}
    file: {type: string, format: file, accept: [image/jpeg]}
    files: {type: array, maxItems: 3, items: {type: string, format: file, accept: [image/jpeg]}}
    where: {type: string, format: place}
    told: {type: info, show_if: 'kind = "b"'}
    shown_sometimes: {type: string, show_if: 'kind = "a"'}
    rows:
      type: array
      maxItems: 4
      items:
        type: object
        properties:
          name: {type: string}
          amount: {type: number}
          since: {type: string, format: date}
          more: {type: string, show_if: "amount > 5"}
          twice: {type: number, compute: "amount * 2"}
    total: {type: number, compute: "sum(rows.amount)"}
checks:
  - {id: limit, that: "total < 1000", field: rows}
"""


def _form() -> forms.Form:
    problems: list[Problem] = []
    root = read_yaml(_YAML.encode(), "form.yaml", problems)
    assert not problems
    return forms.read_form("apply", root.value, file="form.yaml", lines=root.lines)


FORM = _form()
TYPED = [
    "1.500.000", "Rp 1.500.000,00", "17/08/1990", "2026-03-02", "09:30", "2026-03-02T09:00", "siti@contoh.id", "a", "b",
    "081234567890", "https://contoh.id", "9901014101900001", "64.72.01.1001", "47111", "x", "true", "ya", "tidak", "12",
    "0,5", "-3",
]  # fmt: skip
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(TYPED),
    st.just([]),
    st.just({}),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=8,
)
ROWS = st.lists(
    st.dictionaries(st.sampled_from(["name", "amount", "since", "more", "twice", "gone"]), JSON, max_size=5), max_size=5
)
ANSWERS = st.one_of(
    JSON,
    st.fixed_dictionaries({}, optional={name: st.one_of(JSON, st.sampled_from(TYPED)) for name in FORM.fields}),
    st.fixed_dictionaries(
        {"rows": ROWS}, optional={name: st.sampled_from(TYPED) for name in FORM.fields if name != "rows"}
    ),
)


@settings(max_examples=some(300))
@given(ANSWERS)
def test_judging_never_raises_and_every_error_has_words(answers: object) -> None:
    checked = forms.validate(FORM, answers, SCOPE)
    for error in checked.errors:
        for lang in ("id", "en"):
            words = forms.message(error, {}, lang)
            assert words and "{" not in words.replace("{label}", "").replace(error.path, "")


@settings(max_examples=some(300))
@given(ANSWERS)
def test_what_was_taken_is_taken_again_as_the_same(answers: object) -> None:
    taken = forms.validate(FORM, answers, SCOPE).answers
    again = forms.validate(FORM, taken, SCOPE).answers
    assert again == taken
    stored = forms.to_json(FORM, taken)
    assert forms.validate(FORM, stored, SCOPE).answers == taken
    assert forms.to_json(FORM, forms.validate(FORM, forms.from_json(FORM, stored), SCOPE).answers) == stored


@settings(max_examples=some(300))
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=3))
def test_a_kept_number_is_read_back_as_the_same_however_it_returns(number: Decimal) -> None:
    value = read_number(number)
    kept = forms.to_json(FORM, {"number": value})["number"]
    assert read_number(kept) == value == Decimal(str(kept))
    assert read_number(forms.format_number(value, "id")) == value


@settings(max_examples=some(200))
@given(ANSWERS)
def test_hidden_answers_never_survive_and_computed_ones_are_never_taken(answers: object) -> None:
    taken: Mapping[str, Any] = forms.validate(FORM, answers, SCOPE).answers
    if taken.get("boolean") is True:
        assert not set(taken) & set(FORM.pages[1].fields)
    if taken.get("kind") != "a":
        assert "shown_sometimes" not in taken
    amounts = [row.get("amount") for row in taken.get("rows", [])]
    if "total" in taken:
        assert None not in amounts and taken["total"] == sum(amounts)
    for row in taken.get("rows", []):
        assert row.get("twice") == (row["amount"] * 2 if "amount" in row else None) or abs(row["amount"]) > 10**28
        assert "more" not in row or row["amount"] > 5


@settings(max_examples=some(200))
@given(ANSWERS, st.sampled_from(["a", "b"]))
def test_a_page_tells_only_its_own_errors(answers: object, page: str) -> None:
    everything = forms.validate(FORM, answers, SCOPE).errors
    some = forms.validate(FORM, answers, SCOPE, page=page).errors
    found = FORM.page(page)
    assert found is not None
    if isinstance(answers, Mapping):
        assert set(map(str, some)) <= set(map(str, everything))
        assert all(error.path.split(".")[0] in found.fields for error in some)


def test_no_message_says_invalid() -> None:
    for code, sentences in MESSAGES.items():
        for sentence in sentences:
            assert "invalid" not in sentence.lower() and "tidak valid" not in sentence.lower(), code
            assert "nik sah" not in sentence.lower(), code
