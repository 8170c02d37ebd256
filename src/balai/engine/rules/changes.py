"""Find out what would have changed an answer: the fewest inputs of a decision table that lead to another rule.

It tries, for each input, the values at which the table's own conditions turn (their ends, and one step beside), first
one input alone, then two together, and keeps the smallest sets that lead to another answer. So every change it names
was tried on the table itself.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, product

from balai.engine.rules import nodes as n
from balai.engine.rules.boxed import node_code
from balai.engine.rules.feel_numbers import NUMBERS, ONE
from balai.engine.rules.feel_values import Range
from balai.engine.rules.freenames import free_paths
from balai.engine.rules.limits import Env, LimitReached
from balai.engine.rules.operators import add, compare, equal, subtract
from balai.engine.rules.tables import DecisionTable, Fired, InputEntry, Rule
from balai.engine.rules.wording import LANGUAGES, WORDS, Conditions, Lang, ValueOf, in_words

MAX_TRIES = 4_000
MAX_TOGETHER = 3
_DAY = timedelta(days=1)
# Stands for any text that no cell mentions; a column with allowed values does not take it.
_SOMETHING_ELSE = "\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True, slots=True)
class Change:
    """One way to another answer: the inputs to change together, the rule that would fire, what it would answer.

    `text` says it in words, by language: {"id": ..., "en": ...}; `conditions` only what the inputs would have to be.
    """

    inputs: tuple[str, ...]
    rule_id: str
    annotations: tuple[tuple[str, str], ...]
    output: object
    text: dict[str, str]
    conditions: dict[str, str]

    def said(self, lang: str) -> str:
        """Say it as its author does: the conditions, and what the rule that would fire notes in this language."""
        words, noted = WORDS[lang], dict(self.annotations)
        note = noted.get(lang) or next(iter(noted.values()), "")
        kind = "change noted" if note else "change unnoted"
        return words[kind].format(conditions=self.conditions[lang], note=note)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is told: the inputs they gave, with their words by language, and the names whose values they may know too.

    Nothing but these inputs is changed, and no condition that rests on another name is told.
    """

    labels: Mapping[str, Mapping[str, str]]
    known: Collection[str] = ()


def changes(run: Fired, reader: Audience | None = None) -> tuple[Change, ...]:
    """Answer the smallest changes that lead from what a table answered to something else, each rule once per set."""
    return tuple(_Search(run, reader).found())


class _Search:
    """One search over the values at which a table turns."""

    def __init__(self, run: Fired, reader: Audience | None) -> None:
        self.run = run
        self.reader = reader
        self.table: DecisionTable = run.table
        self.env = run.env
        self.tries = MAX_TRIES
        # Columns that read the same expression change together.
        self.groups: dict[str, list[int]] = {}
        for index, column in enumerate(self.table.inputs):
            if reader is not None and column.text not in reader.labels:
                continue
            self.groups.setdefault(column.text, []).append(index)
        self.pools = {text: self._pool(columns) for text, columns in self.groups.items()}

    def found(self) -> Iterator[Change]:
        """Walk through the smallest changes: one input alone first."""
        known: dict[str, list[frozenset[str]]] = {}
        for size in range(1, MAX_TOGETHER + 1):
            for texts in combinations(self.groups, size):
                for values in product(*(self.pools[text] for text in texts)):
                    if self.tries <= 0:
                        return
                    change = self._try(texts, values, known)
                    if change is not None:
                        yield change

    def _try(
        self, texts: tuple[str, ...], values: tuple[object, ...], known: dict[str, list[frozenset[str]]]
    ) -> Change | None:
        self.tries -= 1
        changed = list(self.run.inputs)
        for text, value in zip(texts, values, strict=True):
            for column in self.groups[text]:
                changed[column] = value
        env = self._scope(dict(zip(texts, values, strict=True)))
        try:
            hits = self.table.matching(changed, env)
            outputs, answer = self.table.answer(hits, env)
        except (LimitReached, RecursionError):
            self.tries = 0
            return None
        if not hits or answer is None or equal(answer, self.run.answer) is True:
            return None
        deciding = [rule for rule, output in zip(hits, outputs, strict=True) if equal(output, answer) is True]
        fresh = [rule for rule in deciding or hits if rule not in self.run.hits]
        if not fresh and (deciding or hits == list(self.run.hits)):
            return None  # the same rule with another result of its calculation is no other rule
        rule, chosen = (fresh or hits)[0], frozenset(texts)
        smaller = known.setdefault(rule.id or str(rule.number), [])
        if any(other <= chosen for other in smaller):
            return None
        smaller.append(chosen)
        if not self._may_be_told(texts, rule, changed):
            return None
        conditions: dict[str, str] = {lang: self._conditions(texts, rule, changed, lang) for lang in LANGUAGES}
        told: dict[str, str] = {
            lang: WORDS[lang]["change"].format(
                conditions=conditions[lang], value=in_words(answer, lang), number=rule.number
            )
            for lang in LANGUAGES
        }
        return Change(texts, rule.id, rule.annotations, answer, told, conditions)

    def _scope(self, values: dict[str, object]) -> Env:
        """Answer the scope with the changed values under their names, for cells and outputs that read them too."""
        named = {text: value for text, value in values.items() if text in self.env.vars}
        return Env({**self.env.vars, **named}, self.env.parent, self.env.runtime)

    # -- values to try -------------------------------------------------------------------------------------------

    def _pool(self, columns: list[int]) -> list[object]:
        """Answer the values to try for an input: nearest to what it is first, none equal to it."""
        current = self.run.inputs[columns[0]]
        found: list[object] = []
        for column in columns:
            allowed = self.table.inputs[column].allowed_node
            cells = [rule.cells[column].node for rule in self.table.rules]
            for tests in (*cells, allowed):
                for test in tests.tests if tests is not None else ():
                    found.extend(self._turning(test))
        if any(isinstance(value, str) for value in (current, *found)):
            found.append(_SOMETHING_ELSE)
        allowed_codes = [code for column in columns if (code := self.table.inputs[column].allowed) is not None]
        kept: list[object] = []
        for value in found:
            if value is None or equal(value, current) is True or any(equal(value, other) is True for other in kept):
                continue
            if type(value) is type(current) or current is None:
                scope = Env({"?": value}, self.env, self.env.runtime)
                if all(code(scope) is True for code in allowed_codes):
                    kept.append(value)
        return sorted(kept, key=lambda value: _distance(value, current))[:30]

    def _turning(self, test: n.FeelNode) -> list[object]:
        """Answer the values at which a test turns from true to false."""
        if isinstance(test, n.UnaryOperator):
            return _beside(self._value(test.operand))
        if isinstance(test, n.RangeNode):
            low, high = self._value(test.low), self._value(test.high)
            return [*_beside(low), *_beside(high), *_middle(low, high)]
        value = None if n.reads_input(test) else self._value(test)
        if isinstance(value, Range):
            return [*_beside(value.low), *_beside(value.high)]
        if isinstance(value, bool):
            return [value, not value]
        return value if isinstance(value, list) else [value]

    def _value(self, node: n.FeelNode) -> object:
        return node_code(node)(self.env)

    # -- words ---------------------------------------------------------------------------------------------------

    def _conditions(self, texts: tuple[str, ...], rule: Rule, changed: list[object], lang: Lang) -> str:
        words = WORDS[lang]
        return words["and"].join(
            words["condition"].format(
                name=self._label(text, lang),
                x=self._condition(text, rule, changed, lang),
                value=in_words(self.run.inputs[self.groups[text][0]], lang),
            )
            for text in texts
        )

    def _label(self, text: str, lang: Lang) -> str:
        if self.reader is not None:
            return self.reader.labels[text][lang]
        return self.table.inputs[self.groups[text][0]].label

    def _may_be_told(self, texts: tuple[str, ...], rule: Rule, changed: list[object]) -> bool:
        """Answer whether the conditions of a change rest on nothing but what the reader may know."""
        if self.reader is None:
            return True
        known = {"?", *self.reader.labels, *self.reader.known}
        cells = [
            cell
            for text in texts
            for cell in (
                *(cell for column, cell in rule.tested if column in self.groups[text]),
                *self._caught(self.groups[text], rule, changed),
            )
        ]
        read = [paths for cell in cells if cell.node is not None for paths in free_paths(cell.node)]
        return {path[0] for paths in read for path in paths} <= known

    def _condition(self, text: str, rule: Rule, changed: list[object], lang: Lang) -> str:
        """Say what an input would have to be: what the rule asks, and the opposite of what other rules would catch."""
        columns = self.groups[text]
        say = Conditions(lang, _Constants(self.env))
        asked = [cell for column, cell in rule.tested if column in columns]
        told = [say.told(cell.node, cell.text) for cell in asked if cell.node is not None]
        told += [
            say.opposite(cell.node, cell.text)
            for cell in self._caught(columns, rule, changed)
            if cell.node is not None and not self._apart(text, asked, cell)
        ]
        return WORDS[lang]["and"].join(dict.fromkeys(told)) or WORDS[lang]["anything"]

    def _caught(self, columns: list[int], rule: Rule, changed: list[object]) -> list[InputEntry]:
        """Answer the cells that would let another rule fire if this input alone stayed as it is."""
        without = list(changed)
        for column in columns:
            without[column] = self.run.inputs[column]
        hits = self.table.matching(without, self.env)
        return [cell for hit in hits if hit is not rule for column, cell in hit.tested if column in columns]

    def _apart(self, text: str, asked: list[InputEntry], other: InputEntry) -> bool:
        """Answer whether what is asked already leaves no room for what the other cell catches."""
        if not asked:
            return False
        values = [*self.pools[text], self.run.inputs[self.groups[text][0]]]
        return not any(all(self._passes(cell, v) for cell in asked) and self._passes(other, v) for v in values)

    def _passes(self, cell: InputEntry, value: object) -> bool:
        return cell.code(Env({"?": value}, self.env, self.env.runtime)) is True


class _Constants(ValueOf):
    def __init__(self, env: Env) -> None:
        self.env = env

    def __call__(self, node: n.FeelNode) -> object:
        value = node_code(node)(self.env)
        if value is None and not isinstance(node, n.Literal):
            raise LookupError("no value")
        return value


def _beside(value: object) -> list[object]:
    """Answer a value with its neighbours, one step down and one up."""
    step: object = ONE if isinstance(value, Decimal) else _DAY
    if isinstance(value, str | bool) or value is None:
        return [value]
    try:
        return [value, subtract(value, step), add(value, step)]
    except (ValueError, ArithmeticError):
        return [value]


def _middle(low: object, high: object) -> list[object]:
    if isinstance(low, Decimal) and isinstance(high, Decimal):
        return [NUMBERS.divide(NUMBERS.add(low, high), Decimal(2))]
    return []


def _distance(value: object, current: object) -> Decimal:
    if isinstance(value, Decimal) and isinstance(current, Decimal):
        return abs(value - current)
    if isinstance(value, date) and isinstance(current, date):
        return Decimal(abs((value - current).days))
    return Decimal(0) if compare(value, current) is None else Decimal(1)
