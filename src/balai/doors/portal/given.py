"""What an office gives the holder of a case in files: the answer of another system, or a document that was asked for."""

from collections.abc import Iterator, Mapping

from balai.base.pages.parts import Fact
from balai.casework.cases.queries import CaseView
from balai.engine import forms

_STORE = "document.store_returned"  # the step that files a document makes it the holder's


def documents(view: CaseView, lang: str) -> tuple[Fact, ...]:
    """List the files that a step of the case has filed, each under the officer's question, to be opened."""
    return tuple(row for form, name in _filed(view) for row in _rows(view, form, name, lang))


def _filed(view: CaseView) -> Iterator[tuple[str, str]]:
    """Yield the form and field of each file whose step was done."""
    for step in view.service.steps.values():
        if step.operation == _STORE and step.id in view.data and "file" in step.inputs:
            yield from (path for path in sorted(step.inputs["file"].paths) if len(path) == 2)


def _rows(view: CaseView, at: str, name: str, lang: str) -> Iterator[Fact]:
    step = view.service.steps.get(at)
    form = view.service.forms.get(step.form if step else at)
    field = form.fields.get(name) if form else None
    given = view.data.get(at)
    if field is None or not isinstance(given, Mapping):
        return
    label = view.service.text(f"{field.text_key}.label", lang, name)
    for one in forms.files_of(given.get(name)):
        if isinstance(one, Mapping) and one.get("document"):
            yield Fact(label, str(one.get("name") or ""), url=f"/berkas/{view.row.number}/bukti/{one['document']}/")
