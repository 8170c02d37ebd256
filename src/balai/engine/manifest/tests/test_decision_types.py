"""What a decision answers is typed by its model, so a mistyped path is found before a case meets it."""

from pathlib import Path

import pytest

from balai.engine import manifest
from balai.engine.problems import Problems

ROOT = Path(__file__).resolve().parents[5]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def problems_of(before: str, after: str) -> str:
    made = files(ROOT / "services" / "izin-usaha-mikro")
    text = made["process.bpmn"].decode()
    assert before in text
    made["process.bpmn"] = text.replace(before, after).encode()
    with pytest.raises(Problems) as refused:
        manifest.read_service(made, folder="izin-usaha-mikro", town=manifest.read_town(files(ROOT / "town")))
    return str(refused.value)


def test_a_mistyped_output_of_a_decision_is_told_with_its_place() -> None:
    told = problems_of("assess.route", "assess.rute")
    assert "process.bpmn:" in told
    assert "rute" in told
    assert "route" in told


def test_an_output_of_another_kind_is_told() -> None:
    made = files(ROOT / "services" / "izin-usaha-mikro")
    service = manifest.read_service(made, folder="izin-usaha-mikro", town=manifest.read_town(files(ROOT / "town")))
    shape = service.rules.shape_of(service.steps["assess"].decision)
    assert isinstance(shape, dict)
    assert shape["route"] == "string"


def test_tables_are_reviewed_with_what_the_forms_allow() -> None:
    made = files(ROOT / "services" / "izin-usaha-mikro")
    town = manifest.read_town(files(ROOT / "town"))
    text = made["rules.dmn"].decode()
    last = text[text.index('<rule id="risk_unknown">') : text.index("</rule>", text.index('<rule id="risk_unknown">'))]
    open_table = text.replace(last + "</rule>", "")
    service = manifest.read_service(made | {"rules.dmn": open_table.encode()}, folder="izin-usaha-mikro", town=town)
    told = [str(one) for one in service.warnings if "No rule fits" in one.message]
    assert len(told) == 1
    assert "rules.dmn:" in told[0]
    assert "any other text" in told[0]
    never = open_table.replace("55130", "47112")
    with pytest.raises(Problems, match=r"rules\.dmn:\d+ \[Risiko, rule 3\]: Rule 3 is never reached"):
        manifest.read_service(made | {"rules.dmn": never.encode()}, folder="izin-usaha-mikro", town=town)
