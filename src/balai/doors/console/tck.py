"""Run the test files of the DMN Technology Compatibility Kit against the engine of rules.

Source of the format: testCases.xsd of github.com/dmn-tck/tck.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from lxml import etree

from balai.engine import rules
from balai.engine.problems import Problems
from balai.engine.rules import temporal
from balai.engine.rules.feel_text import feel_text
from balai.engine.rules.operators import equal

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
# Two decimals count as equal as the kit's own runners do: they give functions like log to 8 digits.
TOLERANCE = Decimal("1e-8")


@dataclass(frozen=True, slots=True)
class ConformanceCase:
    """One test case and what came of it; with several results, the first that failed stands for it."""

    level: int
    folder: str
    id: str
    result: str
    expected: object
    got: object
    passed: bool
    problem: str = ""

    @property
    def name(self) -> str:
        """The case as people name it: folder, case and result."""
        return f"{self.folder} {self.id} {self.result}"


def run_folder(path: Path) -> Iterator[ConformanceCase]:
    """Run every test file below a folder, in order of name."""
    for tests in sorted(path.resolve().rglob("*.xml")):
        yield from run_file(tests)


def run_file(tests: Path) -> Iterator[ConformanceCase]:
    """Run one test file against the models that lie beside it; a file that holds no test cases gives none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(tests.read_bytes(), parser)
    if etree.QName(root).localname != "testCases":
        return
    level = _level(tests, root)
    main = (root.findtext("{*}modelName") or "").strip()
    files = {file.name: file.read_bytes() for file in sorted(tests.parent.glob("*.dmn"))}
    try:
        model: rules.DecisionModel | None = rules.load_dmn(files, main=main if main in files else None, tolerant=True)
    except Problems as error:
        model, fault = None, str(error)
    else:
        fault = ""
    for case in root.iterfind("{*}testCase"):
        results = list(_run_case(case, model, fault, level, tests.parent.name))
        if results:
            yield next((result for result in results if not result.passed), results[0])


def _level(tests: Path, root: "etree._Element") -> int:
    """Answer the compliance level of a test file: by its folder, else by its labels; 3 is the whole standard."""
    labels = " ".join(label.text or "" for label in root.iterfind("{*}labels/{*}label"))
    return 2 if "compliance-level-2" in str(tests) or "Compliance Level 2" in labels else 3


def _run_case(
    case: "etree._Element", model: "rules.DecisionModel | None", fault: str, level: int, folder: str
) -> Iterator[ConformanceCase]:
    inputs = {_input_name(node): read_value(node) for node in case.iterfind("{*}inputNode")}
    for node in case.iterfind("{*}resultNode"):
        name = case.get("invocableName") or node.get("name") or ""
        expected_node = node.find("{*}expected")
        expected = None if expected_node is None else read_value(expected_node)
        got, problem = _decide(model, name, inputs, node.get("name") or "") if model else (None, fault)
        passed = problem != "unknown" and (model is not None) and same(expected, got)
        yield ConformanceCase(level, folder, case.get("id", ""), node.get("name", ""), expected, got, passed, problem)


def _input_name(node: "etree._Element") -> str:
    """Answer the name an input is given by, with its namespace where the test names one."""
    namespace, name = node.get("namespace") or "", node.get("name") or ""
    return f"{namespace}#{name}" if namespace else name


def _decide(model: "rules.DecisionModel", name: str, inputs: dict[str, object], result: str) -> tuple[object, str]:
    try:
        answer = model.decide(name, inputs, now=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    except KeyError:
        return None, "unknown"
    value = answer.value
    if len(model.service_outputs.get(name, ())) > 1 and isinstance(value, dict):
        value = value.get(result)  # the kit asks for each output of a service by its own name
    return value, "; ".join(answer.problems)


def same(expected: object, got: object) -> bool:
    """Answer whether a result is as expected: numbers to the tolerance, everything else by FEEL's equality."""
    if isinstance(expected, Decimal) and isinstance(got, Decimal):
        return abs(expected - got) <= TOLERANCE * max(Decimal(1), abs(expected))
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(map(same, expected, got))
    if isinstance(expected, dict) and isinstance(got, dict):
        return expected.keys() == got.keys() and all(same(expected[key], got[key]) for key in expected)
    if expected is None or got is None:
        return expected is got
    return type(expected) is type(got) and equal(expected, got) is True


def read_value(node: "etree._Element") -> object:
    """Answer the value that an input, an expected result or a component holds."""
    components, items = node.findall("{*}component"), node.find("{*}list")
    if components:
        return {part.get("name", ""): read_value(part) for part in components}
    if items is not None:
        return None if _is_nil(items) else [read_value(item) for item in items.iterfind("{*}item")]
    value = node.find("{*}value")
    if value is None or _is_nil(value):
        return None
    return _simple(value.text or "", (value.get(f"{_XSI}type") or "").rpartition(":")[2])


def _is_nil(node: "etree._Element") -> bool:
    return node.get(f"{_XSI}nil") in ("true", "1")


def _simple(text: str, kind: str) -> object:
    if kind == "boolean":
        return text.strip() in ("true", "1")
    if kind in ("decimal", "double", "integer", "int", "long", "float"):
        try:
            return Decimal(text.strip())
        except InvalidOperation:
            return text
    read = _READERS.get(kind)
    try:
        return text if read is None else read(text.strip())
    except ValueError:
        return text


_READERS = {
    "date": temporal.parse_date,
    "time": temporal.parse_time,
    "dateTime": temporal.parse_date_time,
    "duration": temporal.parse_duration,
}


def shown(value: object) -> str:
    """Answer a value as FEEL writes it, for the report."""
    return feel_text(value)
