"""Answers on an officer's page, of every service: numbers of identity masked, in rows and steps too; what is marked wrong where."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from balai.casework.catalogue.folders import read_folder
from balai.doors.desk.shown import case as shown
from balai.doors.desk.shown import evidence
from balai.engine import forms

SERVICES = Path(__file__).parents[5] / "services"
NUMBER, MASKED = "9901010202900002", "990101******0002"


def given(fields: dict[str, forms.Field]) -> dict[str, Any]:
    """Answer every question that asks for a number of identity, in rows too."""
    made: dict[str, Any] = {name: NUMBER for name, one in fields.items() if one.identifies}
    rows = {
        name: [given(dict(one.fields))]
        for name, one in fields.items()
        if any(map(forms.holds_numbers, one.fields.values()))
    }
    return made | rows


def asking() -> list[str]:
    return sorted(
        path.parent.name
        for path in SERVICES.glob("*/form.yaml")
        if "format: nik" in path.read_text() or "format: kk" in path.read_text()
    )


@pytest.mark.parametrize("service_id", asking())
def test_every_number_of_identity_is_masked_until_somebody_asks_to_see_it(service_id: str) -> None:
    service = read_folder(SERVICES / service_id)
    data = {"apply": given(dict(service.forms["apply"].fields))}
    data |= {step.id: given(dict(service.forms[step.form].fields)) for step in service.steps.values() if step.form}
    row = SimpleNamespace(data={"applicant": {}}, tasks=(), status="open")
    view: Any = SimpleNamespace(service=service, data=data, row=row)

    def page(nik_shown: bool) -> str:
        parts = [
            shown.answers(view, "id", {}, nik_shown=nik_shown), shown.sections(view, "id", nik_shown=nik_shown),
            shown.earlier_steps(view, "id", nik_shown=nik_shown), shown.lead(view, "id", nik_shown=nik_shown),
        ]  # fmt: skip
        return str(parts)

    assert NUMBER not in page(False) and MASKED in page(False)
    assert NUMBER in page(True) and MASKED not in page(True), "opened on purpose"
    assert shown.has_numbers(view), "so the page offers to open them, whoever applies"


def test_what_is_sensitive_and_no_number_is_read_whole() -> None:
    """Grounds, names, addresses and photographs are what an officer judges, however sensitive the folder calls them."""
    service = read_folder(SERVICES / "keberatan")
    told = "Saya tinggal di Jl. Contoh 3 sejak 1990."
    assert service.forms["apply"].fields["grounds"].sensitive
    view: Any = SimpleNamespace(
        service=service,
        data={"apply": {"grounds": told}},
        row=SimpleNamespace(data={"applicant": {}}, tasks=(), status="open"),
    )
    assert told in str(shown.answers(view, "id", {}, nik_shown=False))


def test_several_files_in_one_answer_are_marked_wrong_once_beside_the_first() -> None:
    service = read_folder(SERVICES / "keberatan")
    held = [{"document": str(UUID(int=number)), "name": f"{number}.jpg"} for number in (1, 2)]
    made = evidence.cards(service, {"apply": {"proof": held}}, (), address=str, reader=UUID(int=9), lang="id")
    assert [one.field for one in made] == ["proof", ""]
