"""A form filled as a browser fills it: page by page, controls and files by their names, and nothing that no page asks.

So that a golden example proves not only that its answers are right, but that somebody can give them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from balai.engine.forms.field_readers import WrongValueError, as_taken, read_date
from balai.engine.forms.form import Field, FieldError, Form, JudgingScope
from balai.engine.forms.judging import validate, visible_fields
from balai.engine.forms.offering import Offers, split_rows
from balai.engine.forms.places import files_of, put_file
from balai.engine.forms.posting import from_post
from balai.engine.forms.showing import decimal_text

_ROUNDS = 8  # a page is posted again until no further question appears; an answer opens the next, seldom more


def find_unsent(form: Form, answers: Mapping[str, object], scope: JudgingScope) -> tuple[FieldError, ...]:
    """Tell what becomes wrong with good answers when a browser sends them; empty when it is the same either way.

    A file is given as `{document, name, type, size}`, as it would be stored. An answer that comes out otherwise is `changed`.
    """
    straight = validate(form, answers, scope)
    if straight.errors:
        return ()
    sent = validate(form, browse(form, answers, scope), scope)
    if sent.errors:
        return sent.errors
    differing = [name for name in form.fields if sent.answers.get(name) != straight.answers.get(name)]
    return tuple(FieldError(name, "changed", form=form.name) for name in differing)


def browse(form: Form, answers: Mapping[str, object], scope: JudgingScope) -> dict[str, Any]:
    """Answer what a draft holds after somebody filled in every page that applies, twice: stored files are not sent again."""
    made: dict[str, Any] = {}
    for page, fresh in (*((one, True) for one in form.pages), *((one, False) for one in form.pages)):
        for _ in range(_ROUNDS):
            visible = visible_fields(form, page, made, scope)
            if not visible:
                break
            shown = [one for one in visible if one.name not in scope.given]
            before, made = made, _post(form, shown, answers, made, fresh, scope.offers)
            if before == made:
                break
    return made


def _post(
    form: Form,
    shown: Sequence[Field],
    answers: Mapping[str, object],
    before: dict[str, Any],
    fresh: bool,
    offers: Offers,
) -> dict[str, Any]:
    sent = _Sent(offers)
    for one in shown:
        if one.is_asked:
            sent.control(one, one.name, answers.get(one.name))
    made: dict[str, Any] = from_post(form, shown, sent.post, before, offers)
    for name, held in sent.files if fresh else ():
        put_file(form, made, name, held)
    return made


@dataclass
class _Sent:
    """What a browser sends of a page: its controls by name, and its files."""

    offers: Offers
    post: dict[str, list[str]] = field(default_factory=dict)
    files: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def control(self, one: Field, name: str, value: object) -> None:
        """Fill one question, whatever its controls are."""
        if one.kind == "group":
            self.rows(one, value if isinstance(value, list) else [])
        elif one.holds_files:
            self.files += [(name, held) for held in files_of(value) if isinstance(held, Mapping)]
        elif one.kind == "date":
            self.post |= _boxes(name, value)
        elif one.kind == "place":
            self.post |= _place(name, value)
        elif one.kind == "boolean":
            said = as_taken(one, value, JudgingScope())
            if said is True or (said is False and not one.must_be_true):  # a tick that is not set sends nothing
                self.post[name] = [_typed(said)]
        elif one.kind in ("choice", "choices"):
            self.post[name] = [
                _typed(each) for each in (value if isinstance(value, list) else [value]) if each is not None
            ]
        else:
            self.post[name] = [_typed(value)]

    def rows(self, group: Field, rows: Sequence[object]) -> None:
        """Tick the rows of a group that are offered, and fill the others, each added by its button before."""
        ticked, written = split_rows(rows, self.offers.get(group.name, ()))
        self.post[f"{group.name}-offered"] = [str(at) for at in ticked]
        self.post[f"{group.name}-first"] = [str(len(ticked))]
        self.post[f"{group.name}-rows"] = [str(len(written))]
        for number, row in enumerate(written, len(ticked)):
            given: Mapping[str, object] = row if isinstance(row, Mapping) else {}
            for inner in group.fields.values():
                if inner.is_asked:
                    self.control(inner, f"{group.name}-{number}-{inner.name}", given.get(inner.name))


def _boxes(name: str, value: object) -> dict[str, list[str]]:
    try:
        day = read_date(value)
    except WrongValueError:
        return {name: [_typed(value)]}
    return {f"{name}-day": [str(day.day)], f"{name}-month": [str(day.month)], f"{name}-year": [str(day.year)]}


def _place(name: str, value: object) -> dict[str, list[str]]:
    told: Mapping[str, object] = value if isinstance(value, Mapping) else {"words": value}
    point = told.get("point") or ", ".join(_typed(told[each]) for each in ("latitude", "longitude") if each in told)
    return {f"{name}-place-words": [_typed(told.get("words"))], f"{name}-place-point": [_typed(point)]}


def _typed(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return decimal_text(value) if isinstance(value, Decimal) else str(value)


__all__ = ["browse", "find_unsent"]
