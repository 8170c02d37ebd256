"""Hostile texts and models: nothing but Problems comes out, and every evaluation ends soon."""

import inspect
import string
import sys
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.examples import some

from balai.engine import rules
from balai.engine.problems import Problems

_LETTERS = ["a", *(f"a{chr(c)}" for c in range(97, 123)), *(f"aa{chr(c)}" for c in range(97, 117))]
_WORDS = [
    "if ", "then ", "else ", "for ", "in ", "return ", "some ", "every ", "satisfies ", "function(", "(", ")",
    "[", "]", "{", "}", "..", ",", ":", ".", "+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and ",
    "or ", "not(", "between ", "instance of ", "null ", "true ", "1", "0.5", "1e300", '"a"', '"(a+)+$"', "a",
    "b c", "item ", "?", "partial", "date(", '@"2020-01-01"', '@"P1D"', '@"99:99"', "sum(", "sort(", "matches(",
    "replace(", "string(", "list<number>", "//", "/*", "*/", "range(", "context put(", "flatten(", "duration(",
    "number(", "-1", "external ", "\n", "\\", "\xa0", "🐎",
]  # fmt: skip
_SCOPE = {"a": 1, "b c": [1, {"a": "x"}], "list": [3, 1, 2], "?": 5}
_FUZZ = settings(max_examples=some(600), suppress_health_check=list(HealthCheck))

feel_like = st.lists(st.sampled_from(_WORDS), max_size=40).map("".join)


@given(st.one_of(st.text(max_size=200), feel_like))
@_FUZZ
def test_any_text_compiles_or_is_told(text: str) -> None:
    for compile_text in (rules.compile_expression, rules.compile_unary_tests):
        try:
            expression = compile_text(text)
        except Problems as problems:
            assert all(problem.message for problem in problems.problems)
        else:
            value, remarks = expression.evaluate_with_problems(_SCOPE)
            assert all(isinstance(remark, str) for remark in remarks)
            assert value is None or value is not NotImplemented


def _dmn(text: str) -> bytes:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="n" name="n" id="n">'
        '<decision id="d" name="d"><variable name="d"/>'
        f"<literalExpression><text>{escaped}</text></literalExpression></decision></definitions>"
    ).encode()


@given(st.text(alphabet=string.printable.replace("\x0b", "").replace("\x0c", ""), max_size=80))
@settings(max_examples=100)
def test_any_text_in_a_model_compiles_or_is_told(text: str) -> None:
    try:
        model = rules.load_dmn({"m.dmn": _dmn(text)})
    except Problems as problems:
        assert problems.problems[0].file == "m.dmn"
    else:
        assert isinstance(model.decide("d", {}).problems, tuple)


@given(st.binary(max_size=300))
@settings(max_examples=100)
def test_any_bytes_as_a_model_are_told(data: bytes) -> None:
    with pytest.raises(Problems):
        rules.load_dmn({"m.dmn": data})


@pytest.mark.parametrize(
    "text",
    [
        "for a in 1..1000, b in 1..1000, c in 1..1000 return a",
        "for a in 1..999999999999 return a",
        "count(for a in 1..3000, b in 1..3000 return a)",
        "some a in 1..100000, b in 1..100000 satisfies false",
        "{f: function(n) if n = 0 then 0 else f(n - 1), r: f(5000)}.r",
        '{f: function(n, s) if n = 0 then s else f(n - 1, s + s), r: f(60, "aaaa")}.r',
        "{f: function(n, s) if n = 0 then s else f(n - 1, concatenate(s, s)), r: f(60, [1])}.r",
        "9 ** 9 ** 9 ** 9",
        "1e6000 * 1e6000",
        'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a+)+$")',
        'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a*)*(a*)*\\\\1b")',
        'replace("a", "((((a{900}){900}){900}){900})", "b")',
        "sort(for a in 1..100000 return -a, function(x, y) x < y)",
        "{a: for x in 1..2000 return for y in 1..2000 return x}.a",
        "string(for x in 1..1000 return for y in 1..1000 return x)",
        "(for a in 1..2000 return a)[count((for b in 1..2000 return b)[item > 0]) > 0]",
        'date("2020-01-01") + duration("P999999999Y")',
        'duration("P999999999D") * 999999999',
        "{a:[1,1]," + "".join(f"{x}:[{y},{y}]," for y, x in pairwise(_LETTERS)) + f"z:{_LETTERS[-1]}}}.z",
        "{a:[1,1]," + "".join(f"{x}:[{y},{y}]," for y, x in pairwise(_LETTERS)) + f"z:string({_LETTERS[-1]})}}.z",
        "{a:[1,1]," + "".join(f"{x}:[{y},{y}]," for y, x in pairwise(_LETTERS)) + "y:aat=[aas,aas],z:flatten(aat)}.z",
        "count(for i in 1..3000 return if i = 1 then [1] else [partial[-1]])",
        "(for i in 1..3000 return if i = 1 then [1] else [partial[-1]]) = (for i in 1..3000 return [i])",
        "string(for i in 1..3000 return if i = 1 then [1] else [partial[-1]])",
        "distinct values(for a in 1..5000 return {a: a})",
    ],
)
def test_every_evaluation_ends_soon(text: str) -> None:
    started = process_time()
    rules.compile_expression(text).evaluate_with_problems({})
    assert process_time() - started < 10


@pytest.mark.parametrize(
    "text",
    ["(" * 5000, "[" * 5000 + "]" * 5000, "-" * 5000 + "1", "not(" * 3000, "if a then " * 2000, "a" + ".b" * 5000,
     "1" + "+1" * 5000, "a" + "[1]" * 5000, "x" * 300_000, "{a:" * 5000, "function(a) " * 5000, "a in (" * 400,
     "(((((((((((((((((((((((((((((((((((1 in (((((((((((((((((((((((((((((((", "9" * 190_000 + "e9"],
)  # fmt: skip
def test_what_is_too_deep_or_too_long_is_told(text: str) -> None:
    started = process_time()
    with pytest.raises(Problems):
        rules.compile_expression(text)
    assert process_time() - started < 10


def test_a_caller_that_stands_deep_gets_problems_too() -> None:
    def deep(levels: int) -> None:
        if levels:
            return deep(levels - 1)
        with pytest.raises(Problems):
            rules.compile_expression("(" * 58 + "1" + ")" * 58)
        return None

    deep(sys.getrecursionlimit() - len(inspect.stack()) - 60)


@pytest.mark.parametrize(
    "text",
    [
        "{" + ",".join(f"a {i}: {i}" for i in range(999)) + "}",
        "[" + ",".join(["1"] * 60_000) + "]",
        " ".join(["a"] * 60_000),
        "sum(" + ",".join(["a b c"] * 20_000) + ")",
        "a" + " and a" * 25_000,
    ],
)
def test_long_but_flat_texts_compile_soon(text: str) -> None:
    started = process_time()
    rules.compile_expression(text)
    assert process_time() - started < 10


def test_a_large_model_is_read_soon_or_refused() -> None:
    started = process_time()
    parts = "".join(f'<decision id="d{i}" name="a {i}"/>' for i in range(20_000))
    data = _dmn("1").replace(b"<decision", parts.encode() + b"<decision", 1)
    assert len(rules.load_dmn({"m.dmn": data}).decisions) == 20_001
    assert process_time() - started < 10
    with pytest.raises(Problems, match="elements"):
        rules.load_dmn({"m.dmn": data.replace(b"</decision>", b"</decision>" + b"<a/>" * 250_000)})


def test_entities_and_document_types_are_refused() -> None:
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + _dmn("1").replace(b">1<", b">&b;<")
    with pytest.raises(Problems, match="DOCTYPE"):
        rules.load_dmn({"m.dmn": bomb})
    wide = ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d [<!ENTITY a "x">]><d>&a;</d>').encode("utf-16")
    with pytest.raises(Problems):
        rules.load_dmn({"m.dmn": wide})


def test_external_functions_are_never_run() -> None:
    text = 'function(x) external {java: {class: "java.lang.Runtime", "method signature": "exit(int)"}}'
    value, remarks = rules.compile_expression(f"({text})(1)").evaluate_with_problems({})
    assert value is None
    assert "another language" in remarks[0]
