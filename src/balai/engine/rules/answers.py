"""What a model answers: the value, and why, in a form a citizen can be shown."""

from dataclasses import dataclass

from balai.engine.rules.limits import Runtime
from balai.engine.rules.tables import Fired, Rule
from balai.engine.rules.wording import WORDS, Lang, enumerated, in_words

MAX_RUNS = 50  # runs of tables that an explanation tells; a loop may run one a thousand times


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that fired.

    Of which decision and table, which row (counted from 1), its annotations as (name, text), the inputs its cells test
    as (expression, value), and its outputs as (name, value).
    """

    decision: str
    table_id: str
    rule_id: str
    rule_number: int
    annotations: tuple[tuple[str, str], ...]
    inputs: tuple[tuple[str, object], ...]
    outputs: tuple[tuple[str, object], ...]


class Answer:
    """The answer of a decision: `value`, the `problems` met on the way, and the reasons, told when asked for."""

    __slots__ = ("_trace", "decision", "missing", "model_version", "problems", "value")

    def __init__(self, value: object, runtime: Runtime, model_version: str, decision: str) -> None:
        self.value = value
        self.problems: tuple[str, ...] = tuple(runtime.problems)
        self.missing: tuple[str, ...] = tuple(runtime.missing)
        self.model_version = model_version
        self.decision = decision
        self._trace: tuple[Fired, ...] = tuple(runtime.trace or ())

    @property
    def trace(self) -> tuple[Fired, ...]:
        """Every run of a decision table, in the order they ran."""
        return self._trace

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The rules that fired, those of decisions needed first before those that needed them."""
        return tuple(
            _reason(run, rule, output)
            for run in self._trace
            for rule, output in zip(run.hits, run.outputs, strict=True)
        )

    def explain(self, lang: Lang) -> list[str]:
        """Answer plain sentences in Indonesian ("id") or English ("en") that say what was decided and why."""
        words = WORDS[lang]
        sentences: list[str] = []
        for run in self._trace[:MAX_RUNS]:
            sentences.extend(sentence for sentence in _told(run, lang) if sentence not in sentences)
        if self.missing:
            sentences.append(words["missing"].format(names=", ".join(self.missing)))
        shown = in_words(self.value, lang)
        sentences.append(
            (words["no answer"] if self.value is None else words["answer"]).format(decision=self.decision, value=shown)
        )
        return sentences


def _reason(run: Fired, rule: Rule, output: object) -> Reason:
    table = run.table
    inputs = tuple((table.inputs[column].text, run.inputs[column]) for column, _ in rule.tested)
    names = tuple(column.name or column.label for column in table.outputs)
    values = (output,) if len(names) == 1 else tuple((output or {}).values())  # type: ignore[attr-defined]
    return Reason(
        table.owner, table.id, rule.id, rule.number, rule.annotations, inputs, tuple(zip(names, values, strict=False))
    )


def _told(run: Fired, lang: Lang) -> list[str]:
    """Say of one run of a table which rules fired, and what they rest on."""
    words, table = WORDS[lang], run.table
    if not run.hits:
        facts = _facts(run, range(len(table.inputs)), lang)
        return [words["no rule"].format(decision=table.owner, facts=facts)]
    sentences: list[str] = []
    for rule in run.hits:
        facts = _facts(run, [column for column, _ in rule.tested], lang)
        line = words["rule"] if facts else words["rule always"]
        sentences.append(line.format(decision=table.owner, number=rule.number, facts=facts))
        sentences.extend(annotations_told(rule, lang))
    return sentences


def _facts(run: Fired, columns: "range | list[int]", lang: Lang) -> str:
    words = WORDS[lang]
    told = dict.fromkeys(
        words[_fact_kind(run.inputs[column])].format(
            name=run.table.inputs[column].label, value=in_words(run.inputs[column], lang)
        )
        for column in columns
    )
    return enumerated(list(told), lang)


def _fact_kind(value: object) -> str:
    if value is None:
        return "fact unknown"
    return "fact yes" if isinstance(value, bool) else "fact"


def annotations_told(rule: Rule, lang: Lang) -> list[str]:
    """Answer a rule's annotations as sentences: those named id or en in that language alone, others with their name."""
    found: list[str] = []
    for name, text in rule.annotations:
        if name.lower() in WORDS:
            if name.lower() == lang:
                found.append(text)
        elif name.isdigit() or name == "description":
            found.append(text)
        else:
            found.append(f"{name}: {text}")
    return found
