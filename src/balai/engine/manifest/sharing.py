"""Answers that several applications share: what was told in one is filled into another where both ask for the same by its meaning."""

from collections.abc import Mapping
from typing import Any

from balai.engine.forms.form import Field
from balai.engine.manifest.service import Service

_OWN = ("file", "files", "group", "info")  # files lie under the key of their own application; rows are answered anew


def share_answers(
    source: Service,
    told: Mapping[str, Any],
    target: Service,
    *,
    of_source: Mapping[str, str] | None = None,
    of_target: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Answer what of one application's answers fills another's: by meaning, of the same kind, and among the other's options.

    `of_source` and `of_target` say what questions mean in the moment of life for which both are made.
    """
    asked = _by_meaning(target, of_target or {})
    found: dict[str, Any] = {}
    for meaning, one in _by_meaning(source, of_source or {}).items():
        other, value = asked.get(meaning), told.get(one.name)
        if other is None or value in (None, "", [], {}) or not _fits(one, other, value):
            continue
        found[other.name] = value
    return found


def _by_meaning(service: Service, here: Mapping[str, str]) -> dict[str, Field]:
    """List the questions of an application by what they mean; one that says nothing means nothing to others."""
    form = service.forms.get("apply")
    asked = (one for one in form.fields.values() if one.is_asked and one.kind not in _OWN) if form else ()
    meant = ((here.get(one.name) or one.meaning or service.prefill.get(one.name, ""), one) for one in asked)
    return {meaning: one for meaning, one in meant if meaning}


def _fits(one: Field, other: Field, value: object) -> bool:
    if one.kind != other.kind or one.source != other.source:
        return False
    return not other.options or value in other.options
