"""Built-in functions and operators, each by what the standard says of it (DMN 1.5, 10.3.4 and 10.3.2.13)."""

from datetime import UTC, datetime

import pytest

from balai.engine import rules
from balai.engine.rules.operators import identical

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


def feel(text: str) -> object:
    return rules.compile_expression(text).evaluate({}, now=NOW)


_PAIRS = r"""
1 / 3 -> 0.3333333333333333333333333333333333
2 ** 3 ** 2 -> 64
-2 ** 2 -> 4
10 ** 400 / 10 ** 399 -> 10
0 ** 0 -> 1
0 ** -1 -> null
(-8) ** 0.5 -> null
1e3 -> 1000
100 = null -> false
null = null -> true
1 = "1" -> null
true and null -> null
false and null -> false
true or null -> true
false or 1 -> null
"a" < "b" -> true
"a" < 1 -> null
1 between 0 and 2 -> true
5 in (> 1, < 3) -> true
5 in [1..3] -> false
5 in [1..null] -> null
"b" in ["a".."c"] -> true
[1..3] = [1..3] -> true
(< 10) = (< 10) -> true
(< 10).end -> 10
[3..1] -> null
[1, 2, 3][-1] -> 3
[1, 2, 3][4] -> null
[1, 2, 3][item > 1] -> [2, 3]
[{x: 1, y: 2}, {x: 2, y: 3}][x = 2].y -> [3]
[[1, 2], [3]][item[1] = 3] -> [[3]]
{a: {b: 1}}.a.b -> 1
{a b: 1, c: a b + 1}.c -> 2
{a: 1}.b -> null
for i in 3..1 return i -> [3, 2, 1]
for x in [1, 2], y in [10, 20] return x + y -> [11, 21, 12, 22]
for i in 1..4 return if i = 1 then 1 else sum(partial) -> [1, 1, 2, 4]
for d in @"2026-01-30"..@"2026-02-01" return d.day -> [30, 31, 1]
some x in [1, 2], y in [2, 3] satisfies x + y > 4 -> true
every x in [] satisfies x -> true
if 1 then 2 else 3 -> 3
(function(a: number) a + 1)(1) -> 2
(function(a: number) a + 1)("1") -> null
(function(a, b) a - b)(b: 1, a: 5) -> 4
(function(f: function<number>->number, x: number) f(x))(function(y: number) y + 1, 3) -> 4
(function(f: function<number>->number, x: number) f(x))(function(y) y + 1, 3) -> 4
(function(f: function<number>->number, x: number) f(x))(function(y: string) y, 3) -> null
(function(f: function<number>->number, x: number) f(x))(function(y: number) "a", 3) -> null
[function(x) x + 1][1](2) -> 3
{a: function(x) x + 1}.a(1) -> 2
1 instance of number -> true
null instance of Any -> false
null instance of Null -> true
[1, 2] instance of list<number> -> true
[1, "a"] instance of list<number> -> false
{a: 1} instance of context<a: number> -> true
[1..2] instance of range<number> -> true
(function(a: number) a + 1) instance of function<number>->number -> true
(function(a: number) a > 1) instance of function<number>->boolean -> true
(function(a: number) a > 1) instance of function<number>->string -> false
(function(a) a) instance of function<string>->Any -> true
(function(a: number) a) instance of function<string>->Any -> false
sqrt instance of function<number>->number -> true
upper case instance of function<string>->number -> false
abs(-5) -> 5
abs(@"-PT5H") -> @"PT5H"
modulo(-12, 5) -> 3
modulo(12, -5) -> -3
modulo(10.1, 4.5) -> 1.1
decimal(2.5, 0) -> 2
decimal(1115.5, -1) -> 1120
floor(-1.56, 1) -> -1.6
ceiling(-1.5) -> -1
round up(-5.5, 0) -> -6
round down(-5.5, 0) -> -5
round half up(-5.5, 0) -> -6
round half down(-5.5, 0) -> -5
sqrt(-1) -> null
log(0) -> null
exp(0) -> 1
odd(5) -> true
even(5.5) -> false
sum([]) -> null
sum([1, null]) -> null
mean(1, 2, 3) -> 2
product(2, 3, 4) -> 24
median(8, 2, 5, 3) -> 4
stddev(2, 4, 7, 5) -> 2.081665999466132735282297706979931
mode(6, 3, 9, 6, 6, 1, 9) -> [6]
mode([]) -> []
min("b", "a") -> "a"
max(1, "a") -> null
all([true, null]) -> null
any([false, null, true]) -> true
count(7) -> 1
list contains([1, null], null) -> true
append([1], 2, 3) -> [1, 2, 3]
append(list: [1], item: 2) -> [1, 2]
concatenate(list: [1]) -> [1]
concatenate([1], [[2]]) -> [1, [2]]
union([1, 2], [2, 3]) -> [1, 2, 3]
insert before([1, 3], 2, 2) -> [1, 2, 3]
remove([1, 2, 3], -1) -> [1, 2]
list replace([1, 2, 3], 2, 9) -> [1, 9, 3]
list replace([1, 2, 3], function(item, new) item > 1, 9) -> [1, 9, 9]
reverse([1, 2]) -> [2, 1]
index of([1, 2, null, 2], 2) -> [2, 4]
sublist([1, 2, 3], -2) -> [2, 3]
sublist([1, 2, 3], 1, 5) -> null
distinct values([1, 2, 1, null, null]) -> [1, 2, null]
flatten([[1, [2]], 3]) -> [1, 2, 3]
sort([3, 1, 2], function(x, y) x < y) -> [1, 2, 3]
substring("foobar", -2) -> "ar"
substring("🐎bc", 1, 1) -> "🐎"
string length("🐎") -> 1
"\U01F40E" = "\uD83D\uDC0E" -> true
substring before("foobar", "bar") -> "foo"
substring after("foobar", "ob") -> "ar"
substring after("foobar", "") -> "foobar"
contains("foobar", "of") -> false
string join(["a", null, "c"], "_") -> "a_c"
string({a: 1, b: ["x", null]}) -> "{a: 1, b: [\"x\", null]}"
string(@"P1DT2H") -> "P1DT2H"
string(1.10) -> "1.1"
number("1 000,5", " ", ",") -> 1000.5
number("1,000.5", ",", ".") -> 1000.5
number("1.0", ".", ".") -> null
get value({a: 1}, "a") -> 1
get entries({a: 1}) -> [{key: "a", value: 1}]
context([{key: "a", value: 1}]) -> {a: 1}
context put({x: 1, y: {a: 0}}, ["y", "b"], 2) -> {x: 1, y: {a: 0, b: 2}}
context merge([{a: 1}, {a: 2, b: 3}]) -> {a: 2, b: 3}
date("2020-01-31") + @"P1M" -> @"2020-02-29"
date("2020-02-30") -> null
date(2020, 2, 29) -> @"2020-02-29"
date("-2020-01-01").year -> -2020
@"2021-01-01T24:00:00" -> @"2021-01-02T00:00:00"
time("23:59:00Z") + @"PT2M" -> time("00:01:00Z")
time(10, 20, 30, @"PT8H") -> @"10:20:30+08:00"
date and time(@"2020-01-01", @"10:00:00") -> @"2020-01-01T10:00:00"
date and time("2020-01-01T10:00:00@Nowhere/City") -> null
@"2026-03-29T00:30:00@Europe/Paris" + @"PT2H" -> @"2026-03-29T03:30:00@Europe/Paris"
@"2026-01-01T00:00:00Z" - @"2025-12-31T00:00:00Z" -> @"P1D"
@"2026-01-01T08:00:00+08:00" = @"2026-01-01T00:00:00Z" -> true
duration("P1Y2M").months -> 2
duration("-PT26H").days -> -1
years and months duration(@"2019-12-15", @"2021-01-14") -> @"P1Y"
years and months duration(@"2021-01-14", @"2019-12-15") -> @"-P1Y"
@"P1D" / @"PT6H" -> 4
@"P1Y" * 1.5 -> @"P18M"
day of week(@"2026-11-23") -> "Monday"
day of year(@"2024-12-31") -> 366
week of year(@"2021-01-03") -> 53
month of year(@"2026-11-23") -> "November"
@"2026-11-23".weekday -> 1
now() -> @"2026-11-23T08:30:00Z"
today() -> @"2026-11-23"
is(@"10:00:00Z", @"10:00:00+00:00") -> true
is(@"10:00:00", @"10:00:00Z") -> false
is(1, "1") -> false
range("[18..21)") = [18..21) -> true
range("(..21)") = (< 21) -> true
range("[..21)") -> null
range("[\"a\"..\"c\"]").end -> "c"
range("[21..18]") -> null
before(1, [2..3]) -> true
before([1..2), [2..3]) -> true
after([2..3], 1) -> true
meets([1..2], [2..3]) -> true
met by([2..3], [1..2]) -> true
overlaps([1..5], [3..8]) -> true
overlaps before([1..5], [3..8]) -> true
overlaps after([3..8], [1..5]) -> true
finishes(5, [1..5]) -> true
finishes([3..5], [1..5]) -> true
finished by([1..5], [3..5]) -> true
includes([1..5], 3) -> true
includes([1..5], [2..5]) -> true
during([2..5], [1..5]) -> true
starts([1..3], [1..5]) -> true
started by([1..5], 1) -> true
coincides([1..5], [1..5]) -> true
coincides(1, 2) -> false
before("a", 1) -> null
"""


@pytest.mark.parametrize("pair", [line for line in _PAIRS.splitlines() if line])
def test_feel(pair: str) -> None:
    text, _, expected = pair.rpartition(" -> ")
    value, wanted = feel(text), feel(expected)
    assert (value is None and expected == "null") or identical(value, wanted), value


@pytest.mark.parametrize(
    ("text", "pattern", "flags", "expected"),
    [
        ("abracadabra", "^a.*a$", "", True),
        ("helloworld", "hello world", "x", True),
        ("helloworld", "hello[ ]world", "x", False),
        ("a\nb", "a.b", "", False),
        ("a\nb", "a.b", "s", True),
        ("a\nb", "^b", "m", True),
        ("a\n", "a$", "", False),
        ("a\nb\n", "^$", "m", False),
        ("a\n\nb\n", "^$", "m", True),
        ("a.b", "a.b", "q", True),
        ("axb", "a.b", "q", False),
        ("É", "é", "i", True),
        ("\u212a", "[a-z]", "i", True),
        ("q", "[^Q]", "i", False),
        ("o", "[A-Z-[IO]]", "i", False),
        ("b", "[A-Z-[IO]]", "i", True),
        ("m", r"\p{Lu}", "i", False),
        ("a", r"\p{IsBasicLatin}", "", True),
        ("é", r"\P{IsBasicLatin}", "", True),
        ("a:b-1", r"\i\c*", "", True),
        ("٣", r"\d", "", True),
        ("abba", r"(a)(b)\2\1", "", True),
        ("abab", r"^(a)(b)\2\1", "", False),
        ("aa", r"(.+)\1$", "", True),
        ("a", "(", "", None),
        ("a", "a{2,1}", "", None),
        ("a", r"a\b", "", None),
        ("a", r"(a)[\1]", "", None),
        ("a", r"\1(a)", "", None),
        ("a", "(?i)A", "", None),
        ("a", "a**", "", None),
        ("a", "a", "y", None),
        ("a", r"\p{Nonsense}", "", None),
    ],
)
def test_patterns(text: str, pattern: str, flags: str, expected: object) -> None:
    scope = {"text": text, "pattern": pattern, "flags": flags}
    assert rules.compile_expression("matches(text, pattern, flags)").evaluate(scope) is expected


@pytest.mark.parametrize(
    ("text", "pattern", "replacement", "expected"),
    [
        ("darted", "^(.*?)d(.*)$", "$1c$2", "carted"),
        ("abcd", "(ab)|(a)", "[1=$1][2=$2]", "[1=ab][2=]cd"),
        ("abc", "b", r"\$", "a$c"),
        ("abc", "b", r"\\", r"a\c"),
        ("abc", "b", "$10", "a0c"),
        ("abc", "b", "$", None),
        ("abc", "b", r"\n", None),
        ("abc", "x*", "-", None),
        ("abab", r"(a)b\1", "<$1>", "<a>b"),
    ],
)
def test_replacements(text: str, pattern: str, replacement: str, expected: object) -> None:
    scope = {"text": text, "pattern": pattern, "replacement": replacement}
    value = rules.compile_expression("replace(text, pattern, replacement)").evaluate(scope)
    assert value == expected


def test_a_variable_may_have_the_name_of_a_built_in() -> None:
    expression = rules.compile_expression('date > date("2026-01-01") and count = 2')
    assert expression.names == {"date", "count"}
    assert expression.evaluate({"date": NOW.date(), "count": 2}) is True
    known = rules.compile_expression('date > date("2026-01-01")', names=["date"])
    assert known.evaluate({"date": NOW.date()}) is True
