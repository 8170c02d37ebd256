"""What may stand at each place of a file of YAML: gathered piece by piece, written as JSON Schema (draft 7, which editors read best)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

DRAFT = "http://json-schema.org/draft-07/schema#"


@dataclass
class Outline:
    """One place: which shapes it may have, which words, which keys; `parts` are the places below it."""

    texts: bool = False
    words: dict[str, None] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)
    least: int | None = None
    flags: bool = False
    lists: bool = False
    mapped: bool = False
    free: bool = False  # any key may stand here
    known: dict[str, None] = field(default_factory=dict)
    required: frozenset[str] | None = None
    missed: set[str] = field(default_factory=set)  # keys whose absence a reader told
    spared: set[str] = field(default_factory=set)  # keys whose absence it took, if only beside other words
    parts: dict[str | int, "Outline"] = field(default_factory=dict)

    def at(self, path: Iterable[str | int]) -> "Outline":
        """Answer the place at a path below this one; `*` stands for any key, 0 for any item."""
        here = self
        for part in path:
            here = here.parts.get(part) or here.parts.setdefault(part, Outline())
        return here

    def learn(self, kind: str, told: Any) -> None:
        """Add what a reader asked for here."""
        if kind == "keys":
            known, required = told
            self.mapped = True
            self.known |= dict.fromkeys(known)
            self.required = required if self.required is None else self.required & required
        elif kind == "one_of":
            self.words |= dict.fromkeys(told)
        elif kind in ("whole", "number"):
            self.numbers.add("integer" if kind == "whole" else "number")
            self.least = told if kind == "whole" and self.least is None else min(self.least or 0, told or 0)
        else:
            name = {"text": "texts", "flag": "flags", "items": "lists", "entries": "free"}[kind]
            setattr(self, name, True)

    def schema(self) -> dict[str, Any]:
        """Write what may stand here as JSON Schema; a place of which nothing is known may hold anything."""
        ways = list(self._ways())
        if not ways or self._takes_all():
            return {}
        return ways[0] if len(ways) == 1 else {"anyOf": ways}

    def _takes_all(self) -> bool:
        """Tell whether every shape is taken as it is, with nothing known of what is in it."""
        return bool(self.texts and self.numbers and self.flags and self.lists and self.free and not self.parts)

    def _ways(self) -> Iterable[dict[str, Any]]:
        if self.texts:
            yield {"type": "string", "minLength": 1}
        elif self.words:
            yield {"enum": list(self.words)}
        if self.numbers:
            kind = "number" if "number" in self.numbers else "integer"
            least = {"minimum": self.least} if kind == "integer" and self.least is not None else {}
            yield {"type": kind, **least}
        if self.flags:
            yield {"type": "boolean"}
        if self.lists:
            yield {"type": "array", "items": self.parts[0].schema() if 0 in self.parts else {}}
        if self.mapped or self.free:
            yield self._mapping()

    def _mapping(self) -> dict[str, Any]:
        made: dict[str, Any] = {"type": "object"}
        if self.known:
            made["properties"] = {key: self.parts[key].schema() if key in self.parts else {} for key in self.known}
        if needed := sorted((self.required or frozenset()) | (self.missed - self.spared)):
            made["required"] = needed
        made["additionalProperties"] = self.parts["*"].schema() if "*" in self.parts else self.free
        return made
