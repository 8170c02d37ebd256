"""What `life-events.yaml` says of each moment of life: in which order things are done, what follows by itself, what to bring once."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from balai.engine.folders import LANGS
from balai.engine.forms.branch import Branch, suggestion
from balai.engine.problems import Problem

FILE = "life-events.yaml"
NAMES = ("id", "en", "icon")
PARTS = ("lead", "steps", "follows", "bring")


@dataclass(frozen=True, slots=True)
class GuideStep:
    """One thing that is done: the service, why or when in a sentence by language, and what its questions mean here."""

    service: str
    words: Mapping[str, str]
    line: int = 0
    means: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventGuide:
    """One moment of life as a way: what it is about, its steps in order, what follows by itself, what to bring once."""

    lead: Mapping[str, str]
    steps: tuple[GuideStep, ...] = ()
    follows: Mapping[str, tuple[str, ...]] | None = None
    bring: Mapping[str, tuple[str, ...]] | None = None


def guides_of(root: Branch) -> dict[str, EventGuide]:
    """Read the ways of those events that have steps."""
    return {one.key: _guide_of(one) for one in root.entries() if one.child("steps")}


def judge_guides(guides: Mapping[str, EventGuide], services: Collection[str]) -> Iterator[Problem]:
    """Tell each step that leads to no service."""
    for event, guide in guides.items():
        for step in guide.steps:
            if step.service not in services:
                message = f'There is no service "{step.service}" in services/.'
                yield Problem(message, suggestion(step.service, services), f"town/{FILE}", step.line, event)


def _guide_of(branch: Branch) -> EventGuide:
    keys = branch.keys((*NAMES, *PARTS), required=("lead", "steps"))
    return EventGuide(
        lead=_words(keys["lead"]) if "lead" in keys else {},
        steps=tuple(_step_of(one) for one in keys["steps"].items()) if "steps" in keys else (),
        follows=_lists(keys["follows"]) if "follows" in keys else None,
        bring=_lists(keys["bring"]) if "bring" in keys else None,
    )


def _step_of(branch: Branch) -> GuideStep:
    keys = branch.keys(("service", *LANGS, "means"), required=("service", *LANGS))
    words = {lang: keys[lang].text() for lang in LANGS if lang in keys}
    means = {one.key: _meaning_of(one) for one in keys["means"].entries()} if "means" in keys else {}
    return GuideStep(keys["service"].text() if "service" in keys else "", words, branch.line, means)


def _meaning_of(branch: Branch) -> str:
    said = branch.text()
    if not all(part.isidentifier() for part in said.split(".")) or "." not in said:
        branch.wrong(f'"{said}" is no meaning.', "Write whose fact it is, as in child.name.")
    return said


def _words(branch: Branch) -> dict[str, str]:
    return {lang: one.text() for lang, one in branch.keys(LANGS, required=LANGS).items()}


def _lists(branch: Branch) -> dict[str, tuple[str, ...]]:
    return {lang: one.texts() for lang, one in branch.keys(LANGS, required=LANGS).items()}
