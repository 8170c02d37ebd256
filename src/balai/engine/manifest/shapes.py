"""What reads each file of a service's and of the town's folder; the JSON Schemas for editors are made of it (`engine/folders/schema_probe`)."""

from collections.abc import Mapping

from balai.engine.folders.outline import Outline
from balai.engine.folders.schema_probe import Shape
from balai.engine.forms import Form, form_of
from balai.engine.forms.branch import Branch
from balai.engine.forms.feel import compile_condition
from balai.engine.forms.form import Check, Field, FormPage
from balai.engine.manifest.connections import read_connection
from balai.engine.manifest.contact import read_contact_file
from balai.engine.manifest.examples import read_example
from balai.engine.manifest.face import face_of
from balai.engine.manifest.periods import Period
from balai.engine.manifest.quality import read_quality
from balai.engine.manifest.search_words import words_of
from balai.engine.manifest.service import (
    WHENS,
    CaseMessage,
    Cosigners,
    End,
    LetterKind,
    Notify,
    Phrase,
    Promise,
    ServiceTime,
    Step,
)
from balai.engine.manifest.service_yaml import WAYS, Sheet, read_sheet
from balai.engine.manifest.texts import free_keys, optional_keys, required_keys
from balai.engine.manifest.town import events_file, town_of


def _forms(root: Branch) -> dict[str, Form]:
    return {one.key: form_of(one.key, one) for one in root.entries()}


def texts_outline() -> Outline:
    """Tell which texts any service may have: those that people read of a service that has one of everything, called `*`."""
    sheet, forms = _anything()
    whole = Outline()
    for key in dict.fromkeys((*required_keys(sheet, forms), *optional_keys(sheet, forms), "events.*.why")):
        leaf = _leaf(whole, key)
        leaf.texts = True
        if key.startswith("standard."):
            leaf.lists = True
            leaf.at([0]).texts = True
    for form in forms.values():  # a field called `*` is of any kind: one of kind info has words of its own
        for field in form.walk():
            _leaf(whole, f"{field.text_key}.text").texts = True
    for key in free_keys(forms, sheet.letters):
        _leaf(whole, key).free = True
    whole.required = frozenset({"title", "summary"})
    return whole


def _leaf(whole: Outline, key: str) -> Outline:
    here = whole
    for part in key.split("."):
        here.mapped = True
        if part != "*":
            here.known[part] = None
        here = here.at([part])
    return here


def _anything() -> tuple[Sheet, dict[str, Form]]:
    """Make a sheet and its forms with one of everything that has words, each called `*`."""
    always, period = compile_condition("true"), Period(1, "days")
    inner = Field("*", "text", "*", "*.*", options=("*",))
    outer = Field("*", "group", "*", "*", options=("*",), fields={"*": inner})
    form = Form("*", (FormPage("*", ()),), {"*": outer}, (Check("*", always),))
    sheet = Sheet(
        steps={"*": Step(id="*", role="*", pauses_clock=True, cosigners=Cosigners())},
        messages={"*": CaseMessage("*", ("officer",))},
        phrases={"*": Phrase("*", "*", "*")},
        time=ServiceTime((Promise(period, "*"),)),
        ends={"*": End("*", "granted")},
        notify=tuple(Notify(when, "applicant", WAYS) for when in (*WHENS, "*")),
        letters={"*": LetterKind("*", "grant", "", "")},
    )
    return sheet, {"*": form}


SERVICE_SHAPES: Mapping[str, Shape] = {
    "service.yaml": read_sheet,
    "form.yaml": _forms,
    "quality.yaml": lambda root: read_quality(root, "", []),
    "examples/*.yaml": lambda root: read_example(root, ""),
    "texts/*.yaml": texts_outline().schema(),
}
TOWN_SHAPES: Mapping[str, Shape] = {
    "town.yaml": town_of,
    "contact.yaml": read_contact_file,
    "life-events.yaml": events_file,
    "words.yaml": words_of,
    "face.yaml": face_of,
    "connections/*.yaml": read_connection,
}
