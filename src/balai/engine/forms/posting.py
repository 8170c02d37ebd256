"""What a web form sends, turned into raw answers; rows of a group added and removed without any script.

Names in HTML: `field`; `group-0-field` for a row's field, `group-rows` for how many rows the page showed; `group-add` and
`group-remove-0` for its buttons; `group-offered` for the numbers of offered rows that are ticked, `group-offer` for the button
that asks who may be, `group-first` for where the written rows begin; `field-day`, `field-month`, `field-year` for a date in three boxes; `field-remove` to take
a file away, `field-remove-0` one of several; `field-place-words` and `field-place-point` for a place.
"""

import re
from collections.abc import Iterable, Mapping

from balai.engine.forms.form import Field, Form
from balai.engine.forms.hidden import drop_hidden
from balai.engine.forms.judging import MAX_ROWS
from balai.engine.forms.offering import Offers, ticked_rows
from balai.engine.forms.places import files_of

Post = Mapping[str, list[str]]


def from_post(
    form: Form, fields: Iterable[Field], post: Post, answers: Mapping[str, object], offers: Offers | None = None
) -> dict[str, object]:
    """Answer the answers so far with those of the shown fields replaced by what was posted, as typed by the person.

    A shown field that was not posted (an empty check box) counts as unanswered; a file stays until it is removed or
    replaced.
    """
    result = dict(answers)
    for one in fields:
        if not one.is_asked:
            continue
        value = (
            _all_rows(one, post, answers.get(one.name), offers or {})
            if one.kind == "group"
            else _value(one, one.name, post, answers.get(one.name))
        )
        if value is None:
            result.pop(one.name, None)
        else:
            result[one.name] = value
    return result


def _value(one: Field, name: str, post: Post, before: object) -> object:
    posted = post.get(name, [])
    if one.kind == "choices":
        return [value for value in posted if value] or ([] if one.default is not None else None)
    if one.kind == "files":
        return _files(name, post, before)
    if one.kind == "place":
        return _place(name, post)
    if one.kind == "file":
        return None if f"{name}-remove" in post else (posted[-1] if posted and posted[-1] else before)
    if one.kind == "date" and f"{name}-year" in post:
        parts = [(post.get(f"{name}-{part}") or [""])[-1].strip() for part in ("day", "month", "year")]
        return "/".join(parts) if any(parts) else None
    return posted[-1] if posted else None


def _all_rows(group: Field, post: Post, before: object, offers: Offers) -> list[dict[str, object]] | None:
    """Answer the offered rows that are ticked, and behind them those that somebody wrote."""
    ticked = ticked_rows(group, post.get(f"{group.name}-offered", ()), offers.get(group.name, ()))
    return [*ticked, *(_rows(group, post, before) or ())] or None


def _first(group: Field, post: Post) -> int:
    """Tell where the rows that somebody wrote began on the page: offered ones that are ticked stand before them."""
    told = (post.get(f"{group.name}-first") or [""])[-1]
    return min(int(told), MAX_ROWS) if re.fullmatch("[0-9]{1,3}", told) else 0


def _rows(group: Field, post: Post, before: object) -> list[dict[str, object]] | None:
    pattern = re.compile(re.escape(group.name) + r"-([0-9]{1,4})-(.+)\Z")
    # A row of which a browser sends nothing (files alone, or boxes that are not ticked) is known by how many were shown.
    indexes = sorted(
        {int(match[1]) for key in post if (match := pattern.match(key))}
        | set(range(_first(group, post), _first(group, post) + _shown_rows(group, post)))
    )
    earlier = before if isinstance(before, list) else []
    rows: list[dict[str, object]] = []
    for index in indexes[:MAX_ROWS]:
        old = earlier[index] if index < len(earlier) and isinstance(earlier[index], Mapping) else {}
        values = {
            name: _value(one, f"{group.name}-{index}-{name}", post, old.get(name)) for name, one in group.fields.items()
        }
        rows.append({name: value for name, value in values.items() if value is not None})
    return rows or None


def _shown_rows(group: Field, post: Post) -> int:
    told = (post.get(f"{group.name}-rows") or [""])[-1]
    return min(int(told), MAX_ROWS) if re.fullmatch("[0-9]{1,3}", told) else 0


def _files(name: str, post: Post, before: object) -> object:
    """Answer the files kept before, without those whose button was pressed; new ones are put there by whoever stores them."""
    kept = [one for number, one in enumerate(files_of(before)) if f"{name}-remove-{number}" not in post]
    return kept or None


def _place(name: str, post: Post) -> object:
    words, point = ((post.get(f"{name}-place-{part}") or [""])[-1].strip() for part in ("words", "point"))
    return {"words": words, **({"point": point} if point else {})} if words or point else None


def takes_away(key: str) -> bool:
    """Tell whether a posted name is of a button that takes a file or a row away."""
    return _TAKES_AWAY.search(key) is not None


_TAKES_AWAY = re.compile(r"-remove(-[0-9]{1,4})?\Z")


def searches_in(post: Post) -> dict[str, str]:
    """Answer the words typed into search boxes, by the name of the field they search for."""
    found = {
        key.removesuffix("-search"): values[-1] for key, values in post.items() if key.endswith("-search") and values
    }
    return {name: drop_hidden(words) for name, words in found.items()}


def is_searching(post: Post) -> bool:
    """Tell whether somebody pressed Enter in a search box instead of its button: words, and nothing chosen yet."""
    return any(words.strip() and not any(post.get(name, ())) for name, words in searches_in(post).items())


def added_to(form: Form, post: Post) -> str:
    """Name the group whose button for a further row was pressed, "" when none was."""
    return next((one.name for one in form.fields.values() if one.kind == "group" and f"{one.name}-add" in post), "")


def edit_group(
    form: Form, post: Post, answers: Mapping[str, object], offers: Offers | None = None
) -> dict[str, object] | None:
    """Answer the answers with a row added or removed, as the pressed button says; None when no such button was pressed.

    Hand in the answers of `from_post`, so that what was typed in the other rows is kept.
    """
    for group in form.fields.values():
        if group.kind != "group":
            continue
        kept = answers.get(group.name)
        rows: list[object] = list(kept) if isinstance(kept, list) else []
        if f"{group.name}-add" in post:
            room = len(rows) < (group.max_items or MAX_ROWS)
            return {**answers, group.name: [*rows, {}] if room else rows}
        ticked = ticked_rows(group, post.get(f"{group.name}-offered", ()), (offers or {}).get(group.name, ()))
        moved = len(ticked) - _first(group, post)
        for index in range(len(ticked), len(rows)):
            if f"{group.name}-remove-{index - moved}" in post:
                return {**answers, group.name: rows[:index] + rows[index + 1 :]}
    return None
