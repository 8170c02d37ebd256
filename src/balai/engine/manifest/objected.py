"""What a case reads of the case it is about: kept as plain JSON when it begins, typed for forms, rules and letters."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from balai.engine.manifest.datatypes import OBJECTED
from balai.engine.manifest.service import DisputedCase

NAME = "objected"
_EMPTY: Mapping[str, object] = {"text": "", "date": None, "boolean": False}


def read_objected(about: DisputedCase | None, given: object) -> dict[str, Any]:
    """Answer what `objected` holds, typed and whole, under its name; nothing where a service's cases are about no other."""
    if about is None:
        return {}
    known = given if isinstance(given, Mapping) else {}
    made = {
        name: _typed(kind, known.get(name)) if isinstance(kind, str) else list(known.get(name) or [])
        for name, kind in OBJECTED.items()
    }
    shared = known.get("answers")
    answers = {name: str(value) for name, value in shared.items()} if isinstance(shared, Mapping) else {}
    return {NAME: {**made, "answers": dict.fromkeys(about.answers, "") | answers}}


def _typed(kind: str, value: object) -> object:
    if value in (None, ""):
        return _EMPTY[kind]
    if kind == "date":
        return date.fromisoformat(str(value))
    return bool(value) if kind == "boolean" else str(value)


def has_decided(about: DisputedCase | None, given: Mapping[str, object], by: str) -> bool:
    """Tell whether somebody of a story decided the case that an objection is about, and so may do no step of it."""
    decided = given.get("done_by")
    return about is not None and not about.by_officer and isinstance(decided, list) and by in decided
