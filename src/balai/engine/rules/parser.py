"""Read FEEL: tokens to nodes. Source: DMN 1.5, 10.3.1.2.

FEEL names may hold spaces and signs, so what `a-b` means depends on the names that are known: the parser carries them
in scopes and takes the longest known name. Where no name is known, words that follow each other make one name.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from balai.engine.rules import nodes as n
from balai.engine.rules import temporal
from balai.engine.rules.feel_numbers import NUMBERS
from balai.engine.rules.lexer import FeelSyntaxError, Lexeme, name_parts, tokenize, unescape
from balai.engine.rules.limits import MAX_CHAIN, MAX_ENTRIES, MAX_NESTING

RESERVED = frozenset({"and", "or", "in", "between", "then", "else", "return", "satisfies"})
_STARTERS = frozenset({"if", "for", "some", "every", "function"})
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_LEVELS = {"+": 40, "-": 40, "*": 50, "/": 50, "**": 60}
_OR, _AND, _COMPARE = 10, 20, 30
_KEY_SIGNS = frozenset({".", "/", "-", "'", "+", "*", "**"})


class NameTable:
    """The names known in one scope, found by their parts, the longest first."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names: dict[tuple[str, ...], str] = {}
        self._lengths: dict[str, list[int]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make a name known."""
        parts = name_parts(name)
        if not parts:
            return
        self._names[parts] = name
        lengths = self._lengths.setdefault(parts[0], [])
        if len(parts) not in lengths:
            lengths.append(len(parts))
            lengths.sort(reverse=True)

    def longest(self, tokens: list[Lexeme], at: int) -> tuple[int, str]:
        """Answer (number of tokens, name) of the longest known name at a token, (0, "") where there is none."""
        for length in self._lengths.get(tokens[at].text, ()):
            name = self._names.get(tuple(token.text for token in tokens[at : at + length]))
            if name is not None:
                return length, name
        return 0, ""


_NONE = NameTable()


class Vocabulary:
    """What is known outside an expression: variables, members of contexts, types, and the built-in functions."""

    def __init__(
        self,
        names: Iterable[str] = (),
        members: NameTable = _NONE,
        types: Callable[[str], Any] | None = None,
        type_names: NameTable = _NONE,
        builtins: NameTable = _NONE,
    ) -> None:
        self.names = NameTable(names)
        self.members = members
        self.types = types
        self.type_names = type_names
        self.builtin_names = builtins


class Parser:
    """Reads one text; the methods raise FeelSyntaxError."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.tokens = tokenize(text)
        self.at = 0
        self.depth = 0
        self.vocabulary = vocabulary
        self.scopes: list[NameTable] = []
        self.range_end = False

    # -- entry points --------------------------------------------------------------------------------------------

    def expression(self) -> n.FeelNode:
        """Read the whole text as one expression."""
        if self.token.kind == "end":
            raise FeelSyntaxError("The expression is empty.", 0)
        node = self.parse(0)
        self._expect_end()
        return node

    def unary_tests(self) -> n.UnaryTests:
        """Read the whole text as the tests of a cell: `-`, a list of tests, or not(a list of tests)."""
        if self.token.kind == "end":
            raise FeelSyntaxError("The cell is empty; write - when any value fits.", 0)
        if self.token.text == "-" and self.peek(1).kind == "end":
            return n.UnaryTests(())
        if self.token.text == "not" and self.peek(1).text == "(":
            negated = self._negated_tests()
            if negated is not None:
                return negated
        tests = self._tests()
        self._expect_end()
        return n.UnaryTests(tests)

    def _negated_tests(self) -> n.UnaryTests | None:
        mark = self.at
        self.at += 2
        tests = self._tests()
        if self.token.text == ")" and self.peek(1).kind == "end":
            return n.UnaryTests(tests, negated=True)
        self.at = mark
        return None

    def _tests(self) -> tuple[n.FeelNode, ...]:
        tests = [self.test()]
        while self.accept(","):
            tests.append(self.test())
        return tuple(tests)

    def test(self) -> n.FeelNode:
        """Read one test: a comparison with one side, or an expression."""
        if self.token.kind == "op" and self.token.text in _COMPARISONS:
            operator = self.advance().text
            return n.UnaryOperator(operator, self.parse(_COMPARE + 1))
        return self.parse(0)

    # -- tokens --------------------------------------------------------------------------------------------------

    @property
    def token(self) -> Lexeme:
        return self.tokens[self.at]

    def peek(self, ahead: int) -> Lexeme:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def advance(self) -> Lexeme:
        token = self.tokens[self.at]
        if token.kind != "end":
            self.at += 1
        return token

    def accept(self, text: str) -> bool:
        if self.token.text == text and self.token.kind in ("op", "name"):
            self.at += 1
            return True
        return False

    def expect(self, text: str, purpose: str) -> Lexeme:
        if self.token.text != text or self.token.kind not in ("op", "name"):
            raise FeelSyntaxError(f"Expected {text} {purpose}, found {self._shown(self.token)}.", self.token.start)
        return self.advance()

    def _expect_end(self) -> None:
        if self.token.kind != "end":
            raise FeelSyntaxError(f"{self._shown(self.token)} does not fit here.".capitalize(), self.token.start)

    @staticmethod
    def _shown(token: Lexeme) -> str:
        return "the end of the text" if token.kind == "end" else f"“{token.text[:40]}”"

    # -- expressions ---------------------------------------------------------------------------------------------

    def parse(self, level: int) -> n.FeelNode:
        """Read an expression whose operators bind tighter than a level."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise FeelSyntaxError(f"The expression is nested deeper than {MAX_NESTING} levels.", self.token.start)
        node = self._more(self._prefix(), level)
        self.depth -= 1
        return node

    def _more(self, node: n.FeelNode, level: int) -> n.FeelNode:
        """Read what may follow a value: members, filters, calls, and operators that bind tighter than a level."""
        node = self._postfix(node)
        for _ in range(MAX_CHAIN):
            step = self._infix(node, level)
            if step is None:
                return node
            node = step
        raise FeelSyntaxError(f"More than {MAX_CHAIN} operators in a row; split the expression.", self.token.start)

    def _infix(self, left: n.FeelNode, level: int) -> n.FeelNode | None:
        text = self.token.text
        if self.token.kind == "op":
            return self._infix_sign(left, text, level)
        if self.token.kind != "name":
            return None
        if text in ("and", "or"):
            return self._logic(left, text, level)
        if level > _COMPARE or text not in ("between", "in"):
            return None
        self.at += 1
        if text == "in":
            return n.In(left, self._in_tests())
        low = self.parse(_COMPARE + 1)
        self.expect("and", "between the two ends of “between”")
        return n.Between(left, low, self.parse(_COMPARE + 1))

    def _infix_sign(self, left: n.FeelNode, text: str, level: int) -> n.FeelNode | None:
        strength = _COMPARE if text in _COMPARISONS else _LEVELS.get(text, -1)
        if strength < level or strength < 0:
            return None
        self.at += 1
        return n.Binary(text, left, self.parse(strength + 1))

    def _logic(self, left: n.FeelNode, operator: str, level: int) -> n.FeelNode | None:
        strength = _AND if operator == "and" else _OR
        if strength < level:
            return None
        terms = [left]
        while self.token.kind == "name" and self.accept(operator):
            terms.append(self.parse(strength + 1))
        return n.Logic(operator, tuple(terms))

    def _in_tests(self) -> tuple[n.FeelNode, ...]:
        if self.token.kind == "op" and self.token.text in _COMPARISONS:
            return (self.test(),)
        if self.token.text != "(" or self.token.kind != "op":
            return (self.parse(_COMPARE + 1),)
        return self._bracketed_tests()

    def _bracketed_tests(self) -> tuple[n.FeelNode, ...]:
        """Read ( tests ), or an expression or range that begins with a bracket, without ever reading twice."""
        self.at += 1
        outer, self.range_end = self.range_end, False
        first = self.test()
        if self.token.text == "..":
            first = self._range(first, low_included=False)
            self.range_end = outer
            return (self._more(first, _COMPARE + 1),)
        tests = [first]
        while self.accept(","):
            tests.append(self.test())
        self.range_end = outer
        self.expect(")", "after the tests")
        return tuple(tests) if len(tests) > 1 else (self._more(first, _COMPARE + 1),)

    def _postfix(self, node: n.FeelNode) -> n.FeelNode:
        for _ in range(MAX_CHAIN):
            text = self.token.text if self.token.kind in ("op", "name") else ""
            if text == ".":
                self.at += 1
                node = n.Path(node, self._member())
            elif text == "[" and not (self.range_end and self._closes_range()):
                node = self._filter(node)
            elif text == "(":
                node = self._call(node)
            elif text == "instance" and self.peek(1).text == "of":
                self.at += 2
                node = n.InstanceOf(node, self.type())
            else:
                return node
        raise FeelSyntaxError(f"More than {MAX_CHAIN} steps in one path; split the expression.", self.token.start)

    def _closes_range(self) -> bool:
        """Answer whether a [ ends a range, as in [1..10[: nothing that could be a condition follows."""
        following = self.peek(1)
        if following.kind == "name":
            return following.text in RESERVED or following.text == "instance"
        return following.kind in ("end", "op") and following.text not in ("(", "[", "{", "-")

    def _filter(self, base: n.FeelNode) -> n.FeelNode:
        self.at += 1
        self.scopes.append(_FilterScope(self.vocabulary.members))
        outer, self.range_end = self.range_end, False
        condition = self.test()
        self.range_end = outer
        self.scopes.pop()
        self.expect("]", "after the condition of a filter")
        return n.FilterExpression(base, condition)

    def _call(self, function: n.FeelNode) -> n.FeelNode:
        self.at += 1
        outer, self.range_end = self.range_end, False
        arguments: list[n.FeelNode] = []
        names: list[str] = []
        while self.token.text != ")":
            key = self._key_ahead()
            if bool(key) != bool(names) and arguments:
                raise FeelSyntaxError("Give the arguments either all by name or all by position.", self.token.start)
            if key:
                names.append(key)
            arguments.append(self.parse(0))
            if not self.accept(","):
                break
        self.range_end = outer
        self.expect(")", "after the arguments")
        return n.FunctionCall(function, tuple(arguments), tuple(names))

    def _key_ahead(self) -> str:
        """Take `name:` if it comes next and answer the name, else "" and take nothing."""
        end = self.at
        while self.tokens[end].kind in ("name", "number") or self.tokens[end].text in _KEY_SIGNS:
            end += 1
        if end == self.at or self.tokens[end].text != ":" or self.tokens[self.at].kind != "name":
            return ""
        key = self._written(self.at, end)
        self.at = end + 1
        return key

    def _written(self, start: int, end: int) -> str:
        """Answer the text of tokens start to end as a name: one space where white space was."""
        text = self.tokens[start].text
        for i in range(start + 1, end):
            before = self.tokens[i - 1]
            text += (" " if before.start + len(before.text) < self.tokens[i].start else "") + self.tokens[i].text
        return text

    # -- beginnings ----------------------------------------------------------------------------------------------

    def _prefix(self) -> n.FeelNode:
        token = self.token
        if token.kind == "name":
            return self._word(token)
        if token.kind == "number":
            self.at += 1
            return n.Literal(self._number(token))
        if token.kind == "string":
            self.at += 1
            return n.Literal(unescape(token.text))
        if token.kind == "at":
            return self._at_literal()
        if token.text == "-":
            self.at += 1
            return n.Negation(self.parse(_LEVELS["**"] + 1))
        outer, self.range_end = self.range_end, False
        try:
            return self._bracket(token)
        finally:
            self.range_end = outer

    def _bracket(self, token: Lexeme) -> n.FeelNode:
        self.at += 1
        if token.text == "(":
            return self._parenthesis()
        if token.text == "[":
            return self._list()
        if token.text == "]":
            return self._range(self.parse(0), low_included=False)
        if token.text == "{":
            return self._context()
        self.at -= 1
        if token.kind == "end":
            raise FeelSyntaxError("The expression ends too early.", token.start)
        raise FeelSyntaxError(f"A value was expected, found {self._shown(token)}.", token.start)

    def _number(self, token: Lexeme) -> Decimal:
        try:
            return NUMBERS.create_decimal(token.text)
        except (InvalidOperation, ArithmeticError) as error:
            raise FeelSyntaxError("This number is too large.", token.start) from error

    def _at_literal(self) -> n.FeelNode:
        text = unescape(self.advance().text[1:].strip())
        try:
            return n.Literal(temporal.parse_at(text))
        except ValueError:
            # An @ literal that is no date, time or duration is null, not a fault of grammar (10.3.2.3).
            return n.Literal(None)

    def _parenthesis(self) -> n.FeelNode:
        if self.token.kind == "op" and self.token.text in _COMPARISONS:
            node = self.test()
            self.expect(")", "after the comparison")
            return node
        node = self.parse(0)
        if self.token.text == "..":
            return self._range(node, low_included=False)
        self.expect(")", "to close the bracket")
        return node

    def _list(self) -> n.FeelNode:
        items: list[n.FeelNode] = []
        while self.token.text != "]" or self.token.kind != "op":
            items.append(self.test())
            if len(items) == 1 and self.token.text == "..":
                return self._range(items[0], low_included=True)
            if not self.accept(","):
                break
        self.expect("]", "to close the list")
        return n.ListNode(tuple(items))

    def _range(self, low: n.FeelNode, *, low_included: bool) -> n.FeelNode:
        self.expect("..", "between the ends of the range")
        self.range_end = True
        high = self.parse(0)
        self.range_end = False
        if self.token.text not in ("]", ")", "["):
            raise FeelSyntaxError(
                f"Expected ] or ) after the range, found {self._shown(self.token)}.", self.token.start
            )
        return n.RangeNode(low, high, low_included, self.advance().text == "]")

    def _context(self) -> n.FeelNode:
        scope = NameTable()
        self.scopes.append(scope)
        entries: dict[str, n.FeelNode] = {}
        while self.token.text != "}":
            at = self.token.start
            if self.token.kind == "string":
                key = unescape(self.advance().text)
                self.expect(":", "after the key")
            else:
                key = self._key_ahead()
            if not key and self.tokens[self.at - 1].text != ":":
                raise FeelSyntaxError(f"A key was expected, found {self._shown(self.token)}.", self.token.start)
            if key in entries:
                raise FeelSyntaxError(f"The key “{key}” appears twice.", at)
            if len(entries) >= MAX_ENTRIES:
                raise FeelSyntaxError(f"A context may have {MAX_ENTRIES} entries.", at)
            entries[key] = self.parse(0)
            scope.add(key)
            if not self.accept(","):
                break
        self.scopes.pop()
        self.expect("}", "to close the context")
        return n.ContextNode(tuple(entries.items()))

    # -- words ---------------------------------------------------------------------------------------------------

    def _word(self, token: Lexeme) -> n.FeelNode:
        known = self._known_name()
        if known is not None:
            return known
        if token.text in _STARTERS and (special := self._special(token.text)) is not None:
            return special
        if token.text in ("true", "false", "null"):
            self.at += 1
            return n.Literal({"true": True, "false": False, "null": None}[token.text])
        if token.text in RESERVED:
            raise FeelSyntaxError(f"A value was expected, found “{token.text}”.", token.start)
        return self._builtin_or_unknown()

    def _builtin_or_unknown(self) -> n.FeelNode:
        count, name = self.vocabulary.builtin_names.longest(self.tokens, self.at)
        if count and not self._continues(self.at + count):
            self.at += count
            return n.Name(name, builtin=True)
        return n.Name(self._joined())

    def _special(self, word: str) -> n.FeelNode | None:
        if word == "function":
            return self._function() if self.peek(1).text == "(" else None
        if word == "if":
            return self._if()
        if self.peek(1).kind != "name":
            return None
        return self._for() if word == "for" else self._quantified(word == "every")

    def _known_name(self) -> n.Name | None:
        """Take the longest name known here, inner scopes first where two are equally long."""
        best, name = 0, ""
        for scope in (*reversed(self.scopes), self.vocabulary.names):
            count, found = scope.longest(self.tokens, self.at)
            if count > best:
                best, name = count, found
        if not best or self._continues(self.at + best):
            return None
        builtin, _ = self.vocabulary.builtin_names.longest(self.tokens, self.at)
        if builtin > best:
            return None
        self.at += best
        return n.Name(name)

    def _continues(self, at: int) -> bool:
        """Answer whether a word follows directly, so that the name goes on."""
        token = self.tokens[at]
        if token.kind != "name" or token.text in RESERVED:
            return False
        return not (token.text in ("instance", "external") or token.text == "?")

    def _joined(self) -> str:
        """Take the words that follow each other as one name."""
        start = self.at
        self.at += 1
        while self._continues(self.at) or (self.token.kind == "number" and self.token.text.isdigit()):
            self.at += 1
        return " ".join(token.text for token in self.tokens[start : self.at])

    def _member(self) -> str:
        if self.token.kind != "name":
            raise FeelSyntaxError(
                f"A name was expected after the dot, found {self._shown(self.token)}.", self.token.start
            )
        best, name = 0, ""
        for scope in (*reversed(self.scopes), self.vocabulary.members, self.vocabulary.names):
            count, found = scope.longest(self.tokens, self.at)
            if count > best:
                best, name = count, found
        if best and not self._continues(self.at + best):
            self.at += best
            return name
        return self._joined()

    # -- if, for, some, every, function --------------------------------------------------------------------------

    def _if(self) -> n.FeelNode:
        self.at += 1
        condition = self.parse(0)
        self.expect("then", "after the condition of “if”")
        yes = self.parse(0)
        self.expect("else", "after the “then” part; every “if” needs one")
        return n.If(condition, yes, self.parse(0))

    def _iterators(self, closing: str) -> tuple[n.Iterator, ...]:
        iterators: list[n.Iterator] = []
        self.scopes.append(NameTable())
        while True:
            start = self.at
            while (self.token.kind in ("name", "number") and self.token.text != "in") or self.token.text in _KEY_SIGNS:
                self.at += 1
            if self.at == start:
                raise FeelSyntaxError("The name of the loop variable is missing.", self.token.start)
            name = self._written(start, self.at)
            self.expect("in", f"after the loop variable “{name}”")
            domain = self.parse(0)
            end = self.parse(0) if self.accept("..") else None
            iterators.append(n.Iterator(name, domain, end))
            self.scopes[-1].add(name)
            if not self.accept(","):
                break
        self.expect(closing, "after the loop variables")
        return tuple(iterators)

    def _for(self) -> n.FeelNode:
        self.at += 1
        iterators = self._iterators("return")
        self.scopes[-1].add("partial")
        body = self.parse(0)
        self.scopes.pop()
        return n.For(iterators, body)

    def _quantified(self, every: bool) -> n.FeelNode:
        self.at += 1
        iterators = self._iterators("satisfies")
        condition = self.parse(0)
        self.scopes.pop()
        return n.Quantified(every, iterators, condition)

    def _function(self) -> n.FeelNode:
        self.at += 2
        parameters: list[tuple[str, Any]] = []
        while self.token.text != ")":
            start = self.at
            while self.token.kind in ("name", "number") or self.token.text in _KEY_SIGNS:
                self.at += 1
            if self.at == start:
                raise FeelSyntaxError(f"A parameter was expected, found {self._shown(self.token)}.", self.token.start)
            name = self._written(start, self.at)
            parameters.append((name, self.type() if self.accept(":") else None))
            if not self.accept(","):
                break
        self.expect(")", "after the parameters")
        external = self.accept("external")
        self.scopes.append(NameTable(name for name, _ in parameters))
        body = self.parse(0)
        self.scopes.pop()
        return n.FunctionDefinition(tuple(parameters), body, external)

    # -- types ---------------------------------------------------------------------------------------------------

    def type(self) -> Any:
        """Read the name of a type, such as number, list<string> or context<a: number>."""
        from balai.engine.rules import types

        word = self.token.text
        if word in ("list", "range") and self.peek(1).text == "<":
            self.at += 2
            inner = self.type()
            self.expect(">", "after the type")
            return types.ListType(inner) if word == "list" else types.RangeType(inner)
        if word == "context" and self.peek(1).text == "<":
            return types.ContextType(tuple(self._type_fields()))
        if word == "function" and self.peek(1).text == "<":
            return self._function_type()
        return self._named_type()

    def _type_fields(self) -> list[tuple[str, Any]]:
        self.at += 2
        found: list[tuple[str, Any]] = []
        while self.token.text != ">":
            key = self._key_ahead()
            if not key:
                raise FeelSyntaxError("A key was expected in the type.", self.token.start)
            found.append((key, self.type()))
            if not self.accept(","):
                break
        self.expect(">", "after the type")
        return found

    def _function_type(self) -> Any:
        from balai.engine.rules import types

        self.at += 2
        parameters: list[Any] = []
        while self.token.text != ">":
            parameters.append(self.type())
            if not self.accept(","):
                break
        self.expect(">", "after the types of the parameters")
        self.expect("->", "before the type of the result")
        return types.FunctionType(tuple(parameters), self.type())

    def _named_type(self) -> Any:
        from balai.engine.rules import types

        start = self.token.start
        if self.token.kind != "name":
            raise FeelSyntaxError(f"A type was expected, found {self._shown(self.token)}.", start)
        for table in (self.vocabulary.type_names, _TYPE_NAMES):
            count, name = table.longest(self.tokens, self.at)
            if count:
                self.at += count
                resolve = self.vocabulary.types
                found = resolve(name) if resolve and table is self.vocabulary.type_names else None
                return found or types.BUILTIN_TYPES.get(name)
        name = self._joined()
        while self.accept("."):
            name += "." + self._joined()
        return types.UnknownType(name)


class _FilterScope(NameTable):
    """Inside a filter the members of the elements are known, and `item`; a name of one word is left to the run time."""

    def __init__(self, members: NameTable) -> None:
        super().__init__(("item",))
        self.members = members

    def longest(self, tokens: list[Lexeme], at: int) -> tuple[int, str]:
        count, name = self.members.longest(tokens, at)
        return (count, name) if count else super().longest(tokens, at)


_TYPE_NAMES = NameTable(
    (
        "Any", "Null", "number", "string", "boolean", "date", "time", "date and time", "dateTime",
        "days and time duration", "dayTimeDuration", "years and months duration", "yearMonthDuration", "context",
        "list", "function", "range",
    )
)  # fmt: skip
