"""What an applicant without an account is asked about themselves, as a form of the engine like any other."""

from collections.abc import Mapping
from typing import Any

from balai.base.pages.texts import has, say
from balai.casework.cases import identity
from balai.engine import forms, manifest
from balai.engine.forms import Field, FieldError, Form, FormPage

NAME = "contact"
PAGE = "data-diri"
KINDS = {
    "name": "string",
    "nik": "nik",
    "birth_place": "string",
    "birth_date": "date",
    "address": "text",
    "phone": "phone",
    "email": "email",
}


def contact_form(service: manifest.Service) -> Form:
    """Make the form: the name, what a registry would know of a resident, and how to reach them."""
    reach = [name for name in ("phone", "email") if service.ask is None or name in service.ask]
    if service.documents:
        return identity.about_form(service, None, more=[_field(name, service) for name in reach])
    asked = {*(service.once_only if service.ask is None else ()), *service.asked}
    asked |= {"address"} if service.ask is None and "registered_address" in service.once_only else set()
    wanted = ["name", *(name for name in ("nik", "birth_place", "birth_date", "address") if name in asked)]
    if service.identity == "none":
        wanted = ["name", *(name for name in wanted[1:] if name in service.asked)]
    wanted += reach
    fields = {name: _field(name, service) for name in wanted}
    return Form(NAME, (FormPage(PAGE, tuple(fields)),), fields, order=tuple(fields))


def _field(name: str, service: manifest.Service) -> Field:
    needed = name in service.asked - {"phone", "email"} or (
        name not in ("phone", "email") and service.identity != "none"
    )
    latest = "today" if name == "birth_date" else ""
    longest = {"name": 120, "birth_place": 80, "address": 300}.get(name, 0)
    return Field(name, KINDS[name], form=NAME, key=name, required=needed, latest=latest, max_length=longest)


def contact_texts(lang: str) -> Mapping[str, Mapping[str, object]]:
    """Give the words of the form in the shape of a service's texts."""
    fields = {
        name: {
            part: say(f"portal.contact.{name}.{part}", lang)
            for part in ("label", "help")
            if has(f"portal.contact.{name}.{part}", lang)
        }
        for name in KINDS
    }
    own: Any = identity.words(lang)[lang]["forms"]
    return {lang: {"forms": {NAME: {"fields": fields}, **own}}}


def judge(
    form: Form, service: manifest.Service, answers: Mapping[str, Any], scope: forms.JudgingScope
) -> forms.Checked:
    """Judge what was told; a service that must reach its applicant needs a phone number or an e-mail address."""
    checked = forms.validate(form, answers, scope)
    reachable = checked.answers.get("phone") or checked.answers.get("email")
    if (
        service.identity != "none"
        and not reachable
        and not {"phone", "email"} & {error.path for error in checked.errors}
    ):
        return forms.Checked(
            checked.answers, (*checked.errors, FieldError("phone", "contact-needed", form=NAME)), checked.warnings
        )
    return checked
