"""Read a decision table from its XML and compile it. Source: DMN 1.5, 8.3."""

from collections.abc import Sequence
from dataclasses import replace

from balai.engine.rules import nodes as n
from balai.engine.rules.boxed import BoxedSite, null, single_test_code, test_code, typed
from balai.engine.rules.dmn_xml import DmnElement
from balai.engine.rules.feel_compiler import Code, kind_of
from balai.engine.rules.feel_text import feel_text
from balai.engine.rules.feel_values import MISSING
from balai.engine.rules.limits import Env
from balai.engine.rules.tables import (
    AGGREGATORS,
    HIT_POLICIES,
    DecisionTable,
    Input,
    InputEntry,
    Output,
    Rule,
    constant,
    constant_matcher,
)
from balai.engine.rules.types import ItemType, SimpleType, Type, bare, convert


def compile_table(element: DmnElement, place: BoxedSite) -> Code:
    """Answer the closure of a decision table; its run leaves a trace of the rules that fired."""
    inputs = tuple(_input(column, place) for column in element.all("input"))
    outputs = tuple(_output(column, place, element) for column in element.all("output"))
    notes = [column.get("name") for column in element.all("annotation")]
    rows = enumerate(element.all("rule"), 1)
    rules = tuple(_rule(row, number, place, inputs, outputs, notes) for number, row in rows)
    policy = element.get("hitPolicy", "UNIQUE").upper()
    aggregation = element.get("aggregation").upper()
    if policy not in HIT_POLICIES or (aggregation and aggregation not in AGGREGATORS):
        place.report(element, f"The hit policy “{policy} {aggregation}” is not known.", "Choose another.")
        return null
    if not outputs or any(len(rule.outputs) != len(outputs) or len(rule.cells) != len(inputs) for rule in rules):
        place.report(element, "A rule has more or fewer cells than the table has columns.", "Fill or remove cells.")
        return null
    if policy in ("PRIORITY", "OUTPUT ORDER") and not any(output.priorities for output in outputs):
        fix = "List the output values of a column, the first one first."
        place.report(element, f"The hit policy {policy} needs an order of output values.", fix)
    table = DecisionTable(
        element.get("id"), place.owner, place.shop.file, element.line, policy, aggregation, inputs, outputs, rules
    )
    place.shop.tables.append(table)
    return typed(table.run, place.type(element, element.get("typeRef")), place.owner)


def _input(column: DmnElement, place: BoxedSite) -> Input:
    expression = column.child("inputExpression")
    if expression is None:
        place.report(column, "An input column has no expression.", "Say what it reads.")
        return Input("", "", null)
    text = expression.text_of("text")
    code = place.feel(expression.child("text") or expression, text) if text else null
    values = column.child("inputValues")
    tests = place.tests(values, values.text_of("text")) if values is not None and values.text_of("text") else None
    return Input(
        text,
        column.get("label") or text,
        code,
        place.type(expression, expression.get("typeRef")),
        None if tests is None else test_code(tests),
        tests,
    )


def _output(column: DmnElement, place: BoxedSite, table: DmnElement) -> Output:
    values, default = column.child("outputValues"), column.child("defaultOutputEntry")
    tests = place.tests(values, values.text_of("text")) if values is not None and values.text_of("text") else None
    name = column.get("name")
    kind = place.type(column, column.get("typeRef"))
    order = tests
    if order is None and isinstance(kind, ItemType) and kind.allowed_text:
        # Where the column lists no values, those its type allows give the order of priority.
        order = place.tests(column, kind.allowed_text)
    return Output(
        name,
        column.get("label") or name or table.get("outputLabel") or place.owner,
        kind,
        None if tests is None else test_code(tests),
        () if order is None else tuple(single_test_code(test) for test in order.tests),
        None if default is None or not default.text_of("text") else place.feel(default, default.text_of("text")),
    )


def _rule(
    row: DmnElement,
    number: int,
    place: BoxedSite,
    inputs: tuple[Input, ...],
    outputs: tuple[Output, ...],
    notes: list[str],
) -> Rule:
    tested, entries = row.all("inputEntry"), row.all("outputEntry")
    cells = tuple(_cell(entry, _at_cell(place, number, inputs, i)) for i, entry in enumerate(tested))
    for i, (entry, cell, column) in enumerate(zip(tested, cells, inputs, strict=False)):
        _check_kinds(entry, _constants(cell), column.type, column.label, _at_cell(place, number, inputs, i))
    texts = tuple(entry.text_of("text") for entry in entries)
    codes = tuple(
        null if not text or text == "-" else _at_cell(place, number, outputs, i).feel(entry, text)
        for i, (entry, text) in enumerate(zip(entries, texts, strict=True))
    )
    annotations = [entry.text_of("text") for entry in row.all("annotationEntry")]
    names = notes + [f"{i + 1}" for i in range(len(notes), len(annotations))]
    described = row.text_of("description")
    pairs = [(name, text) for name, text in zip(names, annotations, strict=False) if text]
    if described:
        pairs.append(("description", described))
    return Rule(row.get("id"), number, cells, codes, texts, tuple(pairs), row.line)


def _at_cell(place: BoxedSite, number: int, columns: Sequence[Input | Output], at: int) -> BoxedSite:
    """Answer the place of one cell, so that a fault names its rule and column."""
    label = columns[at].label if at < len(columns) else str(at + 1)
    return replace(place, owner=f"{place.owner}, rule {number}, {label}")


def _cell(entry: DmnElement, place: BoxedSite) -> InputEntry:
    text = entry.text_of("text")
    tests = place.tests(entry, text)
    if tests is None:
        return InputEntry(text, None, _never)
    return InputEntry(text, tests, test_code(tests), constant_matcher(tests))


def _constants(cell: InputEntry) -> list[object]:
    """Answer the constants a cell compares with."""
    found: list[object] = []
    for test in cell.node.tests if cell.node is not None else ():
        parts = (test.low, test.high) if isinstance(test, n.RangeNode) else (getattr(test, "operand", test),)
        found.extend(constant(part) for part in parts)
    return [value for value in found if value is not MISSING and value is not None]


def _check_kinds(entry: DmnElement, values: list[object], kind: Type | None, label: str, place: BoxedSite) -> None:
    """Report a constant that is of another kind than its column, such as a text in a column of numbers."""
    wanted = bare(kind)
    if not isinstance(wanted, SimpleType):
        return
    for value in values:
        if not wanted.accepts(value) and convert(value, wanted) is MISSING:
            message = f"{feel_text(value)} is {kind_of(value)}, but the column “{label}” is {wanted}."
            place.report(entry, message, "Write it as the column asks, or change the type of the column.")


def _never(env: Env) -> object:
    """Answer false, for a cell that is no FEEL."""
    return False
