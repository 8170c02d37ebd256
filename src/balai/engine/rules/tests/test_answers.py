"""Reasons, explanations, and what would have changed an answer."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balai.engine import rules
from balai.engine.rules.tests.dmn_writing import decision, input_data, model, table

RULES = [
    ["< 17", "-", "-", '"refused"', "Belum berumur 17 tahun.", "Not yet 17 years old.", "UU 24/2013"],
    ["-", "false", "-", '"refused"', "Bukan warga kota.", "Not a resident.", ""],
    ["-", "-", "> 3", '"refused"', "Sudah tiga kali.", "Three times already.", ""],
    ["-", "-", "-", '"granted"', "", "", ""],
]


def identity_card() -> rules.DecisionModel:
    logic = table(["age", "resident", "times"], ["grant"], RULES, "FIRST", annotations=("id", "en", "basis"))
    data = model(
        input_data("age", "number"),
        input_data("resident", "boolean"),
        input_data("times", "number"),
        decision("grant", logic, ">age", ">resident", ">times"),
    )
    return rules.load_dmn({"card.dmn": data})


def test_an_answer_names_the_rule_and_what_it_read() -> None:
    answer = identity_card().decide("grant", {"age": 15, "resident": True, "times": 0})
    (reason,) = answer.reasons
    assert (reason.decision, reason.table_id, reason.rule_id, reason.rule_number) == ("grant", "table", "r1", 1)
    assert reason.inputs == (("age", Decimal(15)),)
    assert reason.outputs == (("grant", "refused"),)
    assert reason.annotations[0] == ("id", "Belum berumur 17 tahun.")


def test_an_explanation_speaks_the_language_asked_for() -> None:
    answer = identity_card().decide("grant", {"age": 15, "resident": True, "times": 0})
    assert answer.explain("id") == [
        "“grant”: aturan 1 berlaku karena age adalah 15.",
        "Belum berumur 17 tahun.",
        "basis: UU 24/2013",
        "Jawaban untuk “grant”: “refused”.",
    ]
    assert answer.explain("en")[:2] == ["“grant”: rule 1 applies because age is 15.", "Not yet 17 years old."]


def test_an_explanation_names_what_is_missing() -> None:
    told = identity_card().decide("grant", {"resident": True}).explain("en")
    assert "These data were not given: age, times." in told


def test_what_would_change_names_the_one_input_that_decides() -> None:
    (change,) = identity_card().what_would_change("grant", {"age": 15, "resident": True, "times": 0})
    assert (change.inputs, change.rule_id, change.output) == (("age",), "r4", "granted")
    assert change.text["en"] == "If age were at least 17 (it is 15), the answer would be “granted” (rule 4)."
    assert change.text["id"] == "Jika age paling sedikit 17 (sekarang 15), jawabannya menjadi “granted” (aturan 4)."


def test_what_would_change_names_the_fewest_inputs_together() -> None:
    (change,) = identity_card().what_would_change("grant", {"age": 15, "resident": False, "times": 0})
    assert change.inputs == ("age", "resident")
    assert change.text["en"].startswith("If age were at least 17 (it is 15) and resident were yes (it is no), ")


_answers = st.fixed_dictionaries({"age": st.integers(0, 40), "resident": st.booleans(), "times": st.integers(0, 8)})


@given(_answers)
@settings(max_examples=200)
def test_a_refusal_always_has_a_way_out_and_it_holds(given_inputs: Mapping[str, Any]) -> None:
    card = identity_card()
    refused = card.decide("grant", given_inputs).value == "refused"
    changes = card.what_would_change("grant", given_inputs)
    assert changes
    good = {"age": 17, "resident": True, "times": 3}
    for change in changes if refused else ():
        assert card.decide("grant", {**given_inputs, **{name: good[name] for name in change.inputs}}).value == "granted"
        for name in change.inputs:
            fewer = {other: good[other] for other in change.inputs if other != name}
            assert card.decide("grant", {**given_inputs, **fewer}).value == "refused"


def test_changes_say_ranges_dates_and_lists_in_words() -> None:
    rows = [
        ['[@"2026-01-01"..@"2026-06-30"]', '"A", "B"', "1"],
        ['> @"2026-06-30"', 'not("C")', "2"],
        ["-", "-", "3"],
    ]
    data = model(
        input_data("day", "date"),
        input_data("band", "string"),
        decision("fee", table(["day", "band"], ["fee"], rows, "FIRST"), ">day", ">band"),
    )
    loaded = rules.load_dmn({"m.dmn": data})
    from datetime import date

    texts = [c.text["en"] for c in loaded.what_would_change("fee", {"day": date(2025, 12, 30), "band": "A"})]
    assert texts[0] == (
        "If day were 1 January 2026 or later and 30 June 2026 or earlier (it is 30 December 2025), "
        "the answer would be 1 (rule 1)."
    )
    assert texts[1] == "If day were after 30 June 2026 (it is 30 December 2025), the answer would be 2 (rule 2)."


def test_a_changed_input_is_changed_in_cells_and_outputs_too() -> None:
    rows = [["> limit", '"over " + string(amount)'], ["-", '"within " + string(amount)']]
    data = model(
        input_data("amount", "number"),
        input_data("limit", "number"),
        decision("d", table(["amount"], ["out"], rows, "FIRST"), ">amount", ">limit"),
    )
    (change,) = rules.load_dmn({"m.dmn": data}).what_would_change("d", {"amount": 5, "limit": 10})
    assert (change.output, change.rule_id) == ("over 11", "r1")
    assert change.text["en"].startswith("If amount were more than 10 (it is 5), ")


def test_no_table_no_change() -> None:
    from balai.engine.rules.tests.dmn_writing import literal

    loaded = rules.load_dmn({"m.dmn": model(decision("d", literal("1")))})
    assert loaded.what_would_change("d", {}) == ()


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [
        (Decimal("1500000.5"), "1.500.000,5", "1,500,000.5"),
        (True, "ya", "yes"),
        (None, "tidak diketahui", "not known"),
        (rules.YearsMonthsDuration(14), "1 tahun 2 bulan", "1 years 2 months"),
        ([Decimal(1), "a"], "1, “a”", "1, “a”"),
    ],
)
def test_values_in_words(value: object, indonesian: str, english: str) -> None:
    from balai.engine.rules.wording import in_words

    assert (in_words(value, "id"), in_words(value, "en")) == (indonesian, english)


# ---- what one reader may be told


def scored() -> rules.DecisionModel:
    """Make a rule over what an applicant says, what an officer found, and what the town set."""
    data = model(
        input_data("amount", "number"), input_data("found", "number"), input_data("limit", "number"),
        decision(
            "d",
            table(
                ["amount", "found"], ["out"],
                [["<= limit", ">= 5", '"yes"'], ["<= found", "-", '"maybe"'], ["-", "-", '"no"']], "FIRST",
            ),
            ">amount", ">found", ">limit",
        ),
    )  # fmt: skip
    return rules.load_dmn({"m.dmn": data})


LABELS = {"amount": {"id": "Modal usaha", "en": "Capital"}}


def test_a_reader_is_told_of_their_own_inputs_in_their_own_words() -> None:
    asked = {"amount": 20, "found": 7, "limit": 10}
    told = scored().what_would_change("d", asked, reader=rules.Audience(LABELS, {"limit"}))
    assert [change.inputs for change in told] == [("amount",)]
    assert told[0].said("en") == "If Capital were at most 10 (it is 20), another rule would apply."
    assert told[0].said("id") == "Jika Modal usaha paling banyak 10 (sekarang 20), aturan lain yang berlaku."


def test_what_an_officer_found_is_neither_changed_nor_told() -> None:
    asked = {"amount": 20, "found": 3, "limit": 10}
    everything = scored().what_would_change("d", asked)
    assert {name for change in everything for name in change.inputs} == {"amount", "found"}
    assert any("3" in change.conditions["en"] for change in everything)
    assert scored().what_would_change("d", asked, reader=rules.Audience(LABELS, {"limit"})) == ()


def test_a_limit_that_a_reader_may_not_know_is_not_told() -> None:
    asked = {"amount": 20, "found": 7, "limit": 10}
    assert scored().what_would_change("d", asked, reader=rules.Audience(LABELS)) == ()


def test_a_kept_value_is_said_in_words_and_never_as_python_writes_it() -> None:
    kept = rules.to_json({"purposes": ["a", "b"], "ok": True, "sum": 1.5, "nothing": None, "none": []})
    assert rules.kept_in_words(kept, "en") == "purposes: a, b; ok: yes; sum: 1.5; nothing: not known; none: empty"
    assert rules.kept_in_words(["satu", False], "id") == "satu, tidak"
