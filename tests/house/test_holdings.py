"""Whatever leads to a person stands in a holding: forgetting and access requests miss nothing that somebody added later."""

import re
from collections.abc import Iterable
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from balai.base import holdings
from balai.base.pages import texts

ROOTS = {"people.Person", "people.Account", "base.Vault", "cases.Case", "cases.Draft"}
# A column that names somebody without a key to their row, or holds what was sealed because it is personal.
PERSONAL = re.compile(
    r"^(person|reader|officer|applicant|agent|principal|author|account|user|owner|holder)(_id)?$"
    r"|_by$|^actor$|^on_behalf_of$|^(.*_)?sealed$"
)
NOBODY = {"base.Message": "`leased_by` names a worker; payloads hold ids"}


def leading(found: Iterable[Any]) -> set[str]:
    """Name the tables that lead to a person: by a key, by a key to such a table, or by a column that names or seals."""
    known, every = set(ROOTS), list(found)
    while True:
        fresh = {
            model._meta.label
            for model in every
            if model._meta.label not in known and any(personal(one, known) for one in model._meta.concrete_fields)
        }
        if not fresh:
            return known & {model._meta.label for model in every}
        known |= fresh


def personal(one: Any, known: set[str]) -> bool:
    if one.is_relation:
        return one.related_model._meta.label in known
    return bool(PERSONAL.search(one.name))


def registered() -> set[str]:
    return {table for one in holdings.holdings() for table in one.tables}


def test_every_table_that_leads_to_a_person_belongs_to_a_holding() -> None:
    found = leading(apps.get_models())
    assert len(found) > 30
    assert found - registered() == set(NOBODY), (
        "say in its app's holdings.py what it holds, why, how it is listed and forgotten"
    )


def test_what_is_registered_exists() -> None:
    assert registered() - {model._meta.label for model in apps.get_models()} == set()


@pytest.mark.parametrize(
    "column",
    [
        models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+"),
        models.ForeignKey("notices.Notice", on_delete=models.CASCADE, related_name="+"),
        models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+"),
    ],
)
def test_a_new_table_with_a_key_is_seen(column: Any) -> None:
    made = table({"link": column})
    assert made._meta.label in leading([*apps.get_models(), made])


@pytest.mark.parametrize("name", ["reader_id", "asked_by", "body_sealed", "applicant", "sealed", "actor"])
def test_a_new_table_with_a_naming_column_is_seen(name: str) -> None:
    made = table({name: models.UUIDField()})
    assert made._meta.label in leading([*apps.get_models(), made])


def test_a_table_that_leads_to_nobody_is_none() -> None:
    made = table({"unit": models.ForeignKey("offices.Unit", on_delete=models.PROTECT, related_name="+"), "title": models.TextField()})  # fmt: skip
    assert made._meta.label not in leading([*apps.get_models(), made])


def table(columns: dict[str, Any]) -> Any:
    """Make a model that stays out of the program's own list."""
    from django.apps.registry import Apps

    meta = type("Meta", (), {"app_label": "trial", "apps": Apps()})
    made: Any = type("Added", (models.Model,), {"__module__": __name__, "Meta": meta, **columns})
    for one in made._meta.concrete_fields:
        if one.is_relation and isinstance(one.remote_field.model, str):
            one.remote_field.model = apps.get_model(one.remote_field.model)
    return made


@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_holding_says_what_it_is_and_what_becomes_of_it(lang: str) -> None:
    for one in holdings.holdings():
        assert one.bases, f"{one.key} has no lawful basis"
        parts = ("title", "what", "stays") if one.stays else ("title", "what")
        assert all(texts.has(f"{one.words}.{part}", lang) for part in parts), one.key
        assert not one.goes_with or not {other.key: other for other in holdings.holdings()}[one.goes_with].stays
        assert all(holdings.say_basis(basis, lang) for basis in one.bases)
