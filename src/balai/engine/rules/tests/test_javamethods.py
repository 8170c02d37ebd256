"""External functions: the table of Java's Math and String, and that nothing else of another language is ever run."""

import pytest

from balai.engine import rules
from balai.engine.problems import Problems

CALL = 'function({names}) external {{java: {{class: "{owner}", method signature: "{signature}"}}}}'


def call(owner: str, signature: str, *arguments: object) -> object:
    names = [f"p{at}" for at in range(len(arguments))]
    text = CALL.format(names=", ".join(names), owner=owner, signature=signature)
    return rules.compile_expression(f"({text})({', '.join(map(str, arguments))})").evaluate({})


@pytest.mark.parametrize(
    ("owner", "signature", "arguments", "expected"),
    [
        ("java.lang.Math", "cos(double)", ("0",), "1"),
        ("java.lang.Math", "max(int, int)", ("123", "456"), "456"),
        ("java.lang.Math", "max(int,int)", ("1", "2147483648"), "null"),
        ("java.lang.Math", "abs(float)", ("-1.5",), "1.5"),
        ("java.lang.Math", "round(double)", ("-1.5",), "-1"),
        ("java.lang.Math", "addExact(int,int)", ("2147483647", "1"), "null"),
        ("java.lang.Math", "sqrt(double)", ("-1",), "null"),
        ("java.lang.Math", "cos(double)", ("null",), "null"),
        ("java.lang.Math", "cos(double)", ('"x"',), "null"),
        ("java.lang.String", "valueOf(double)", ("5",), '"5.0"'),
        ("java.lang.String", "valueOf(double)", ("12345678.5",), '"1.23456785E7"'),
        ("java.lang.String", "valueOf(java.lang.Object)", ("null",), '"null"'),
        (
            "java.lang.String",
            "format(java.lang.String, [Ljava.lang.Object;)",
            ('"%s %05.1f %,d"', '["a", 2.25, 1234567]'),
            '"a 002.2 1,234,567"',
        ),
        ("java.lang.String", "format(java.lang.String, java.lang.Object[])", ('"%s!"', '"a"'), '"a!"'),
        ("java.lang.String", "format(java.lang.String, [Ljava.lang.Object;)", ('"%d"', '"a"'), "null"),
        ("java.lang.String", "format(java.lang.String, [Ljava.lang.Object;)", ('"%9999999d"', "1"), "null"),
        ("java.lang.Integer", "valueOf(java.lang.String)", ('"12"',), "12"),
        ("java.lang.Integer", "parseInt(java.lang.String)", ('"1.5"',), "null"),
        ("java.lang.System", "exit(int)", ("1",), "null"),
        ("java.lang.Math", "cos(java.lang.Runtime)", ("1",), "null"),
        ("java.lang.Math", "cos", ("1",), "null"),
    ],
)
def test_methods_of_the_table(owner: str, signature: str, arguments: tuple[str, ...], expected: str) -> None:
    assert call(owner, signature, *arguments) == rules.compile_expression(expected).evaluate({})


BOXED = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="n" name="m">
<businessKnowledgeModel id="f" name="f"><variable name="f"/>
<encapsulatedLogic kind="Java"><formalParameter name="a" typeRef="number"/><context>
<contextEntry><variable name="class"/><literalExpression><text>"{owner}"</text></literalExpression></contextEntry>
<contextEntry><variable name="method signature"/><literalExpression><text>"{signature}"</text></literalExpression></contextEntry>
</context></encapsulatedLogic></businessKnowledgeModel>
<decision id="d" name="d"><variable name="d"/><knowledgeRequirement><requiredKnowledge href="#f"/></knowledgeRequirement>
<literalExpression><text>f(4)</text></literalExpression></decision></definitions>"""


def test_a_boxed_function_of_java_is_taken_from_the_table_or_told() -> None:
    known = BOXED.format(owner="java.lang.Math", signature="sqrt(double)")
    assert rules.load_dmn({"m.dmn": known.encode()}).decide("d", {}).value == 2
    other = BOXED.format(owner="java.lang.Runtime", signature="exit(int)")
    with pytest.raises(Problems, match=r"m\.dmn:3 \[f\]: .*java\.lang\.Runtime is not in the table.*FEEL"):
        rules.load_dmn({"m.dmn": other.encode()})
