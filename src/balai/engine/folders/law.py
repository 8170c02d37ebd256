"""A piece of law that a folder rests on, with where it is written, so that somebody can be asked to confirm it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Law:
    """One legal value: what it is called in its folder (`archive`, `town_values.fee`), what it says, and on which basis.

    `status` is confirmed or unconfirmed as the folder says; `file` and `line` say where, 0 where the line is not known. `subject`
    says what it is wherever it stands (`objection`, `value.fee`), where its name does not; `words` the value as people read it.
    """

    name: str
    value: str
    basis: str
    status: str
    valid_from: date | None = None
    valid_to: date | None = None
    file: str = ""
    line: int = 0
    subject: str = ""
    words: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def what(self) -> str:
        """Tell what it is, the same wherever the same thing stands."""
        return self.subject or self.name

    @property
    def digest(self) -> str:
        """Name this very value: SHA-256 over what it is, what it says, from when to when, and its basis."""
        told = [self.what, self.value, *(day.isoformat() if day else "" for day in (self.valid_from, self.valid_to))]
        return hashlib.sha256(json.dumps([*told, self.basis], ensure_ascii=False).encode()).hexdigest()

    def text(self, lang: str) -> str:
        """Say the value in words."""
        return self.words.get(lang, self.value)
