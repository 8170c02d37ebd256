"""A folder in the middle of being read: its parts, before they are compared with each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from balai.engine.forms import CodeTable, Form
from balai.engine.forms.branch import Branch
from balai.engine.manifest.service import Example, Quality, Step
from balai.engine.manifest.service_yaml import Sheet
from balai.engine.manifest.town import Town
from balai.engine.problems import Problem
from balai.engine.process import Graph
from balai.engine.rules import DecisionModel


@dataclass(frozen=True, eq=False)
class Folder:
    """Everything that was read of one folder; parts that could not be read are empty or None."""

    name: str
    prefix: str
    sheet: Sheet
    forms: Mapping[str, Form]
    graph: Graph | None
    rules: DecisionModel | None
    rules_given: bool
    text_trees: Mapping[str, Branch]
    examples: tuple[Example, ...]
    quality: Quality
    tables: Mapping[str, CodeTable]
    letter_sources: Mapping[str, bytes]  # with the folder's name in front
    town: Town | None
    problems: list[Problem]
    doubts: list[Problem] = field(default_factory=list)  # what cannot be known here, and is worth a warning

    def bound_steps(self) -> dict[str, Step]:
        """Answer the steps with the BPMN tag of the element each of them binds."""
        nodes = self.graph.nodes if self.graph else {}
        return {
            name: replace(step, kind=nodes[name].kind if name in nodes else "")
            for name, step in self.sheet.steps.items()
        }

    @property
    def own_letters(self) -> dict[str, bytes]:
        """Answer the folder's own files under letters/, without the town's."""
        return {path: content for path, content in self.letter_sources.items() if path.startswith(self.prefix)}

    @property
    def letter_files(self) -> frozenset[str]:
        """Answer the names of the .typ files under letters/."""
        start = self.prefix + "letters/"
        return frozenset(path.removeprefix(start) for path in self.letter_sources if path.endswith(".typ"))
