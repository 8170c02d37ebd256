"""Whole models: requirements, tables with every hit policy, knowledge models, services, imports, types, faults."""

from datetime import date
from decimal import Decimal

import pytest

from balai.engine import rules
from balai.engine.problems import Problems
from balai.engine.rules.tests.dmn_writing import decision, imported, input_data, knowledge, literal, model, table

AGE = input_data("age", "number")
_SCORES = [["< 10", '"low"', "1"], ["< 20", '"mid"', "2"], ["< 20", '"mid"', "2"], ["-", '"high"', "3"]]


def ask(parts: tuple[str, ...], name: str, **inputs: object) -> object:
    return rules.load_dmn({"m.dmn": model(*parts)}).decide(name, inputs).value


@pytest.mark.parametrize(
    ("policy", "aggregation", "values", "age", "expected"),
    [
        ("UNIQUE", "", "", 25, "high"),
        ("UNIQUE", "", "", 15, None),
        ("FIRST", "", "", 5, "low"),
        ("ANY", "", "", 25, "high"),
        ("ANY", "", "", 15, None),
        ("PRIORITY", "", '"high", "mid", "low"', 5, "high"),
        ("PRIORITY", "", '"mid", "high", "low"', 5, "mid"),
        ("RULE ORDER", "", "", 5, ["low", "mid", "mid", "high"]),
        ("OUTPUT ORDER", "", '"high", "mid", "low"', 5, ["high", "mid", "mid", "low"]),
        ("COLLECT", "", "", 15, ["mid", "mid", "high"]),
    ],
)
def test_hit_policies(policy: str, aggregation: str, values: str, age: int, expected: object) -> None:
    rows = [row[:2] for row in _SCORES]
    logic = table(["age"], ["out"], rows, policy, aggregation, values)
    assert ask((AGE, decision("d", logic, ">age")), "d", age=age) == expected


@pytest.mark.parametrize(("aggregation", "expected"), [("SUM", 8), ("MIN", 1), ("MAX", 3), ("COUNT", 4)])
def test_aggregators(aggregation: str, expected: int) -> None:
    rows = [[row[0], row[2]] for row in _SCORES]
    logic = table(["age"], ["out"], rows, "COLLECT", aggregation)
    assert ask((AGE, decision("d", logic, ">age")), "d", age=5) == expected


def test_several_outputs_make_a_context() -> None:
    logic = table(["age"], ["kind", "score"], _SCORES, "FIRST")
    assert ask((AGE, decision("d", logic, ">age")), "d", age=5) == {"kind": "low", "score": Decimal(1)}


def test_any_agrees_on_equal_outputs() -> None:
    logic = table(["age"], ["kind"], [["< 20", '"mid"'], ["< 30", '"mid"']], "ANY")
    assert ask((AGE, decision("d", logic, ">age")), "d", age=15) == "mid"


def test_no_rule_fits() -> None:
    logic = table(["age"], ["kind"], [["< 20", '"mid"']])
    answer = rules.load_dmn({"m.dmn": model(AGE, decision("d", logic, ">age"))}).decide("d", {"age": 30})
    assert answer.value is None
    assert "No rule of d fits." in answer.problems
    assert answer.reasons == ()


@pytest.mark.parametrize(
    ("policy", "aggregation", "expected"),
    [("COLLECT", "", []), ("COLLECT", "COUNT", 0), ("COLLECT", "SUM", None), ("RULE ORDER", "", None)],
)
def test_nothing_collected(policy: str, aggregation: str, expected: object) -> None:
    logic = table(["age"], ["out"], [["< 20", "1"]], policy, aggregation)
    assert ask((AGE, decision("d", logic, ">age")), "d", age=30) == expected


def test_priority_needs_an_order_which_a_type_may_give() -> None:
    rows = [["< 20", '"low"'], ["-", '"high"']]
    logic = table(["age"], ["out"], rows, "PRIORITY")
    with pytest.raises(Problems, match="order of output values"):
        rules.load_dmn({"m.dmn": model(AGE, decision("d", logic, ">age"))})
    band = (
        '<itemDefinition name="tBand"><typeRef>string</typeRef>'
        '<allowedValues><text>"high", "low"</text></allowedValues></itemDefinition>'
    )
    typed = logic.replace('<output name="out"', '<output name="out" typeRef="tBand"')
    assert ask((band, AGE, decision("d", typed, ">age")), "d", age=5) == "high"


def test_dates_in_cells() -> None:
    rows = [['< date("2026-01-01")', '"past"'], ['[date("2026-01-01")..@"2026-12-31"]', '"now"'], ["-", '"later"']]
    parts = (input_data("on", "date"), decision("d", table(["on"], ["out"], rows, "FIRST"), ">on"))
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [ask(parts, "d", on=day) for day in days] == ["past", "now", "now", "later"]


def test_cells_may_read_the_scope_and_the_value_under_test() -> None:
    logic = table(
        ["age"], ["kind"], [["< limit", '"young"'], ["? = limit", '"just"'], ["not(< limit)", '"old"']], "FIRST"
    )
    parts = (AGE, input_data("limit", "number"), decision("d", logic, ">age", ">limit"))
    assert [ask(parts, "d", age=age, limit=17) for age in (16, 17, 18)] == ["young", "just", "old"]


def test_a_knowledge_model_may_call_itself() -> None:
    logic = literal("if n <= 1 then 1 else n * factorial(n - 1)")
    parts = (
        knowledge("factorial", [("n", "number")], logic),
        decision("d", literal("factorial(20)"), knows=("factorial",)),
    )
    assert ask(parts, "d") == Decimal("2432902008176640000")


def test_arguments_and_results_are_held_to_their_types() -> None:
    parts = (
        knowledge("double", [("n", "number")], literal("n * 2")),
        decision("good", literal("double([4])"), knows=("double",)),
        decision("bad", literal('double("4")'), knows=("double",)),
        decision("typed", literal('"text"'), type="number"),
        decision("single", literal("[7]"), type="number"),
        decision("many", literal("7"), type="list<number>"),
    )
    assert ask(parts, "good") == 8
    assert ask(parts, "bad") is None
    assert ask(parts, "typed") is None
    assert ask(parts, "single") == 7


def test_item_definitions_hold_values_to_what_is_allowed() -> None:
    band = (
        '<itemDefinition name="tBand"><typeRef>string</typeRef><allowedValues><text>"A", "B"</text></allowedValues>'
        "</itemDefinition>"
        '<itemDefinition name="tBands" isCollection="true"><typeRef>tBand</typeRef></itemDefinition>'
        '<itemDefinition name="tShop"><itemComponent name="trade name"><typeRef>string</typeRef></itemComponent>'
        '<itemComponent name="band"><typeRef>tBand</typeRef></itemComponent></itemDefinition>'
    )
    parts = (
        band,
        input_data("shop", "tShop"),
        input_data("bands", "tBands"),
        decision("d", literal('shop.trade name + ":" + shop.band'), ">shop"),
        decision("e", literal("count(bands)"), ">bands"),
    )
    assert ask(parts, "d", shop={"trade name": "Warung", "band": "A"}) == "Warung:A"
    assert ask(parts, "d", shop={"trade name": "Warung", "band": "C"}) is None
    assert ask(parts, "e", bands=["A", "B"]) == 2
    assert ask(parts, "e", bands=["A", "C"]) is None
    info = rules.load_dmn({"m.dmn": model(*parts)}).decisions[1]
    assert (info.name, info.inputs[0].name, info.inputs[0].type) == ("e", "bands", "tBands")


def test_a_decision_service_takes_its_inputs_as_arguments() -> None:
    service = (
        '<decisionService id="s" name="s"><variable name="s"/><outputDecision href="#sum"/>'
        '<encapsulatedDecision href="#sum"/><inputDecision href="#base"/><inputData href="#age"/></decisionService>'
    )
    parts = (
        AGE,
        decision("base", literal("100")),
        decision("sum", literal("base + age"), "base", ">age"),
        service,
        decision("d", literal("s(age: 1, base: 2)"), knows=("s",)),
    )
    assert ask(parts, "d") == 3
    assert ask(parts, "s", age=5, base=7) == 12
    assert ask(parts, "sum", age=5) == 105


def test_imports_bring_types_functions_and_decisions() -> None:
    lib = model(
        '<itemDefinition name="tPerson"><itemComponent name="full name"><typeRef>string</typeRef></itemComponent>'
        "</itemDefinition>",
        knowledge("Say Hello", [("person", "tPerson")], literal('"Hello " + person.full name')),
        namespace="lib",
    )
    main = model(
        imported("greet ing", "lib"),
        input_data("who", "greet ing.tPerson"),
        decision("d", literal("greet ing.Say Hello(who)"), ">who", knows=("lib#Say Hello",)),
    )
    answer = rules.load_dmn({"main.dmn": main, "lib.dmn": lib}).decide("d", {"who": {"full name": "Siti"}})
    assert (answer.value, answer.problems) == ("Hello Siti", ())


def test_an_import_with_an_empty_name_joins_the_names() -> None:
    lib = model(decision("base", literal("40")), namespace="lib")
    main = model(imported("", "lib"), decision("d", literal("base + 2"), "lib#base"))
    assert rules.load_dmn({"main.dmn": main, "lib.dmn": lib}).decide("d", {}).value == 42


def test_input_data_of_imported_models_are_given_by_the_way_of_imports() -> None:
    first = model(
        input_data("Person name", "string"),
        decision("Greet", literal('"Hello, " + Person name'), ">Person name"),
        namespace="A",
    )
    second = model(imported("modelA", "A"), decision("Say", literal('"B: " + modelA.Greet'), "A#Greet"), namespace="B")
    third = model(imported("modelA", "A"), decision("Say", literal('"B2: " + modelA.Greet'), "A#Greet"), namespace="B2")
    main = model(
        imported("Model B", "B"),
        imported("Model B2", "B2"),
        decision("d", literal('Model B.Say + "; " + Model B2.Say'), "B#Say", "B2#Say"),
    )
    loaded = rules.load_dmn({"a": first, "b": second, "b2": third, "main": main})
    given = {"Model B": {"modelA": {"Person name": "Siti"}}, "Model B2": {"modelA": {"Person name": "Budi"}}}
    assert loaded.decide("d", given).value == "B: Hello, Siti; B2: Hello, Budi"
    assert loaded.decide("d", {"Person name": "Ratna"}).value == "B: Hello, Ratna; B2: Hello, Ratna"
    assert loaded.decide("d", {"A#Person name": "Ratna"}).value == "B: Hello, Ratna; B2: Hello, Ratna"
    dotted = {"Model B.modelA.Person name": "Siti", "Model B2.modelA.Person name": "Budi"}
    assert loaded.decide("d", dotted).value == "B: Hello, Siti; B2: Hello, Budi"


def test_all_faults_are_told_at_once_with_place_and_remedy() -> None:
    data = model(
        decision("one", literal("1 +")),
        decision("two", literal("unknown thing + 1")),
        decision("three", table(["1"], ["o"], [["-", "1"]], "SOMETIMES")),
        decision("four", literal("1"), "nowhere"),
        decision("five", literal("1"), type="tMissing"),
        decision("six", literal("seven"), "seven"),
        decision("seven", literal("six"), "six"),
    )
    with pytest.raises(Problems) as caught:
        rules.load_dmn({"m.dmn": data})
    told = str(caught.value)
    assert all(problem.file == "m.dmn" and problem.line == 1 and problem.fix for problem in caught.value.problems)
    for word in ("ends too early", "unknown thing", "SOMETIMES", "#nowhere", "tMissing", "in turn"):
        assert word in told
    assert {problem.element for problem in caught.value.problems} >= {"one", "two", "three", "four", "five"}


def test_a_text_without_quotes_and_a_constant_of_the_wrong_kind_are_told() -> None:
    logic = table(["age"], ["out"], [['"17"', "granted"]]).replace(
        "<inputExpression>", '<inputExpression typeRef="number">'
    )
    with pytest.raises(Problems) as caught:
        rules.load_dmn({"m.dmn": model(AGE, decision("d", logic, ">age"))})
    told = str(caught.value)
    assert "“granted”" in told and 'write "granted" if it is a text' in told
    assert '"17" is string, but the column “age” is number.' in told


def test_a_tolerant_model_answers_null_where_it_is_faulty() -> None:
    data = model(decision("one", literal("1 +")), decision("two", literal("2")))
    loaded = rules.load_dmn({"m.dmn": data}, tolerant=True)
    assert loaded.faults
    assert (loaded.decide("one", {}).value, loaded.decide("two", {}).value) == (None, 2)


def test_the_version_follows_the_files() -> None:
    one = rules.load_dmn({"m.dmn": model(decision("d", literal("1")))})
    two = rules.load_dmn({"m.dmn": model(decision("d", literal("2")))})
    assert one.decide("d", {}).model_version != two.decide("d", {}).model_version
    assert len(one.version) == 64


def test_a_missing_import_is_told() -> None:
    with pytest.raises(Problems, match="not among the files"):
        rules.load_dmn({"m.dmn": model(imported("lib", "elsewhere"))})


@pytest.mark.parametrize("word", ["integer", "long", "double", "feel:integer"])
def test_the_number_types_of_other_editors_are_numbers(word: str) -> None:
    parts = input_data("age", word), decision("d", literal("age + 1", word), ">age", type=word)
    assert ask(parts, "d", age=41) == Decimal(42)


@pytest.mark.parametrize(("word", "advice"), [("String", "string"), ("Number", "number"), ("BOOLEAN", "boolean")])
def test_a_type_in_capitals_is_told_its_word(word: str, advice: str) -> None:
    with pytest.raises(Problems, match=f"Write {advice}"):
        rules.load_dmn({"m.dmn": model(input_data("age", word), decision("d", literal("age"), ">age"))})


def test_a_defined_type_may_be_called_integer() -> None:
    item = '<itemDefinition name="integer"><typeRef>string</typeRef></itemDefinition>'
    assert ask((item, input_data("age", "integer"), decision("d", literal("age"), ">age")), "d", age="x") == "x"


@pytest.mark.parametrize("cell", ["“a”", '"a', "a && b", "[1..", "1 2", "("])
@pytest.mark.parametrize("place", ["input", "output", "allowed", "type"])
def test_a_cell_that_is_no_feel_is_told_with_its_place_beside_all_other_faults(cell: str, place: str) -> None:
    rows = [[cell if place == "input" else "-", cell if place == "output" else '"b"'], ["-", "2 +"]]
    logic = table(["age"], ["out"], rows, values=cell if place == "allowed" else "")
    limits = f"<allowedValues><text>{cell.replace('&', '&amp;')}</text></allowedValues>" if place == "type" else ""
    item = f'<itemDefinition name="kind"><typeRef>string</typeRef>{limits}</itemDefinition>'
    with pytest.raises(Problems) as caught:
        rules.load_dmn({"m.dmn": model(item, input_data("age", "kind"), decision("d", logic, ">age"))})
    told = caught.value.problems
    assert len(told) >= 2 and all(one.file == "m.dmn" and one.line and one.element for one in told), told
