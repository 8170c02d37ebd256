"""Taking in one page of a form: what was typed, which button was pressed, which files came along."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from balai.base.errors import BalaiError
from balai.base.numbers import whole
from balai.base.pages.rendering import MAX_FILE, Stored
from balai.engine import forms
from balai.engine.forms import Field, Form, JudgingScope
from balai.records.documents import actions as documents
from balai.records.entrance.visitors import Visitor

Pressed = Literal["on", "save", "stay"]
KeepFile = Callable[[Field, "UploadedFile[bytes]"], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class FilledPage:
    """One page as it came: the answers with it, what the person wants next, and which files could not be kept."""

    answers: dict[str, Any]
    pressed: Pressed
    file_errors: Mapping[str, str] = field(default_factory=dict)
    status: int = 422  # of a page that tells them: 503 when a file may come again as it is, 429 when it must wait
    searches: Mapping[str, str] = field(default_factory=dict)
    added: str = ""  # the group that just got a further row


def take_page(
    request: HttpRequest,
    form: Form,
    names: Sequence[str],
    answers: Mapping[str, Any],
    scope: JudgingScope,
    keep: KeepFile,
    lang: str,
) -> FilledPage:
    """Read a posted page whose fields are `names`; a field that was hidden and not posted keeps its answer."""
    post = {key: request.POST.getlist(key) for key in request.POST}
    shown = {one.name for page in form.pages for one in forms.visible_fields(form, page, answers, scope)}
    fields = [form.fields[name] for name in names if name in shown or _is_posted(form.fields[name], post)]
    made: dict[str, Any] = forms.from_post(form, fields, post, answers)
    refused = _keep_files(request, form, names, made, keep)
    file_errors = {path: error.message(lang) for path, error in refused.items()}
    edited = forms.edit_group(form, post, made)
    pressed: Pressed = "on"
    if "save" in post:
        pressed = "save"
    elif edited is not None or any(key in ("refresh", "search") or key.endswith("-remove") for key in post):
        pressed = "stay"
    if pressed == "on" and _is_searching(names, post):
        pressed = "stay"
    searches = {
        name: forms.drop_hidden((post.get(f"{name}-search") or [""])[0]) for name in names if f"{name}-search" in post
    }
    status = max((error.status for error in refused.values()), default=422)
    return FilledPage(
        dict(edited) if edited is not None else made, pressed, file_errors, status, searches, forms.added_to(form, post)
    )


def _is_searching(names: Sequence[str], post: Mapping[str, list[str]]) -> bool:
    """Tell whether somebody pressed Enter in a search box instead of its button: words, and nothing chosen yet."""
    return any((post.get(f"{name}-search") or [""])[0].strip() and not post.get(name) for name in names)


def _is_posted(one: Field, post: Mapping[str, list[str]]) -> bool:
    return one.name in post or any(key.startswith(f"{one.name}-") for key in post)


def _keep_files(
    request: HttpRequest, form: Form, names: Sequence[str], answers: dict[str, Any], keep: KeepFile
) -> dict[str, BalaiError]:
    """Store each uploaded file at its place in the answers; one that cannot be kept is told, the rest stay."""
    errors: dict[str, BalaiError] = {}
    for html_name, file in request.FILES.items():
        path = html_name.replace("-", ".")
        one = form.find(path)
        if one is None or one.kind != "file" or path.split(".")[0] not in names or not isinstance(file, UploadedFile):
            continue
        try:
            _put(answers, path.split("."), keep(one, file))
        except BalaiError as error:
            errors[path] = error
    return errors


def _put(answers: dict[str, Any], path: Sequence[str], value: Mapping[str, Any]) -> None:
    """Put a file into the answers: at `photo`, or at `partners.0.card` in a row that is there."""
    if len(path) == 1:
        answers[path[0]] = dict(value)
        return
    rows = answers.get(path[0])
    row = whole(path[1], -1)
    if isinstance(rows, list) and 0 <= row < len(rows):
        rows[row] = {**rows[row], path[2]: dict(value)}


def store_file(vault_id: UUID, one: Field, file: "UploadedFile[bytes]", visitor: Visitor) -> dict[str, Any]:
    """Keep an uploaded file under a draft's or case's key and give the answer that names it.

    :raises Invalid: when it is too large, empty, of a kind the question does not take, or harmful.
    """
    document = documents.store(
        vault_id,
        file.file or file,
        name=file.name or "",
        declared_type=file.content_type or "",
        actor=visitor.actor,
        now=visitor.now,
        accept=one.accept,
        max_bytes=one.max_bytes or MAX_FILE,
        declared_size=file.size,
        sender=visitor.address,
    )
    name = (file.name or "")[:200]
    return {"document": str(document.id), "name": name, "type": document.media_type, "size": document.size}


def stored_files(form: Form, answers: Mapping[str, Any], url: Callable[[str], str]) -> dict[str, Any]:
    """Make what a form page shows of the files that answers name, by document id."""
    found = {}
    for held in _held_files(form, answers):
        document = str(held["document"])
        found[document] = Stored(
            str(held.get("name") or ""), int(held.get("size") or 0), url(document), f"{url(document)}?lebar=176"
        )
    return found


def _held_files(form: Form, answers: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    held: list[Any] = []
    for name, one in form.fields.items():
        value = answers.get(name)
        if one.kind == "file":
            held.append(value)
        elif one.kind == "group" and isinstance(value, list):
            held += [
                row.get(inner)
                for row in value
                if isinstance(row, Mapping)
                for inner, each in one.fields.items()
                if each.kind == "file"
            ]
    return [one for one in held if isinstance(one, Mapping) and one.get("document")]
