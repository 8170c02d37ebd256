"""Services as a kind of folder: what of them is law, each with the line it stands on."""

from pathlib import Path

import pytest
from django.conf import settings

from balai.records.folders import judging, kinds

SERVICES = sorted(path.name for path in kinds.get_kind("service").list_folders(settings.BALAI_SERVICES))


@pytest.mark.parametrize("name", SERVICES)
def test_every_unconfirmed_warning_is_a_legal_value_and_stands_where_it_says(name: str) -> None:
    kind = kinds.get_kind("service")
    service = judging.read(kind, settings.BALAI_SERVICES / name, settings.BALAI_TOWN_FOLDER).thing
    law = list(kind.law(service))
    warned = {one.element for one in service.warnings if one.message.startswith("This law is not confirmed")}
    assert {one.name for one in law if one.status == "unconfirmed"} == warned
    root = Path(settings.BALAI_SERVICES).parent
    for one in law:
        lines = (root / one.file).read_text("utf-8").splitlines()
        assert one.line, one
        assert any(part in lines[one.line - 1] for part in (one.name.split(".")[-1], "ref:", "due:")), one
        assert one.basis, one


def test_a_town_value_is_told_by_its_date_and_the_town_s_own_file() -> None:
    kind = kinds.get_kind("service")
    service = judging.read(kind, settings.BALAI_SERVICES / "izin-usaha-mikro", settings.BALAI_TOWN_FOLDER).thing
    one = next(one for one in kind.law(service) if one.name == "town_values.micro_capital_limit")
    assert (one.value, str(one.valid_from), one.file) == ("1000000000", "2026-01-01", "town/town.yaml")


def test_no_reason_is_asked_for_that_nobody_would_read() -> None:
    """The end of a co-signers' term is no error that leads to a person: the check refuses words for it, so filling adds none."""
    kind = kinds.get_kind("service")
    for path in kind.list_folders(Path(settings.BALAI_SERVICES)):
        filled = judging.fill(kind, path, settings.BALAI_TOWN_FOLDER)
        assert not [text for text in filled.values() if b"TODO events." in text], path.name
