"""Taking in one page of a form: what was typed, which button was pressed, which files came along."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from balai.base.errors import BalaiError
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
    offer: str = ""  # the group whose button asks a registry for rows to tick


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
    made: dict[str, Any] = forms.from_post(form, fields, post, answers, scope.offers)
    refused = _keep_files(request, form, names, made, keep)
    file_errors = {path: error.message(lang) for path, error in refused.items()}
    edited = forms.edit_group(form, post, made, scope.offers)
    offer = forms.offer_asked({name: form.fields[name] for name in names}, post)
    pressed: Pressed = "on"
    if "save" in post:
        pressed = "save"
    elif offer or edited is not None or any(key in ("refresh", "search") or forms.takes_away(key) for key in post):
        pressed = "stay"
    if pressed == "on" and forms.is_searching(post):
        pressed = "stay"
    searches = forms.searches_in(post)
    status = max((error.status for error in refused.values()), default=422)
    kept, added = dict(edited) if edited is not None else made, forms.added_to(form, post)
    return FilledPage(kept, pressed, file_errors, status, searches, added, offer)


def _is_posted(one: Field, post: Mapping[str, list[str]]) -> bool:
    return one.name in post or any(key.startswith(f"{one.name}-") for key in post)


def _keep_files(
    request: HttpRequest, form: Form, names: Sequence[str], answers: dict[str, Any], keep: KeepFile
) -> dict[str, BalaiError]:
    """Store each uploaded file at its place in the answers; one that cannot be kept is told, the rest stay."""
    errors: dict[str, BalaiError] = {}
    for name, file in ((key, one) for key in request.FILES for one in request.FILES.getlist(key)):
        path = name.replace("-", ".")
        one = form.find(path)
        if one is None or not one.holds_files or path.split(".")[0] not in names or not isinstance(file, UploadedFile):
            continue
        try:
            forms.put_file(form, answers, name, keep(one, file))
        except BalaiError as error:
            errors[path] = error
    return errors


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
    for held in (one.held for one in forms.list_files(form, answers) if one.held.get("document")):
        document = str(held["document"])
        found[document] = Stored(
            str(held.get("name") or ""), int(held.get("size") or 0), url(document), f"{url(document)}?lebar=176"
        )
    return found
