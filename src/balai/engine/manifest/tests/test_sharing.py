"""What several applications of one moment of life share: by meaning, of one kind; what a town's list says wrongly is told with its line."""

from pathlib import Path

import pytest

from balai.engine import manifest
from balai.engine.problems import Problems

ROOT = Path(__file__).parents[5]


def service(name: str) -> manifest.Service:
    folder = ROOT / "services" / name
    files = {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    return manifest.read_service(files, folder=name)


def test_the_same_is_shared_and_nothing_else() -> None:
    death, heirs = service("akta-kematian"), service("pernyataan-ahli-waris")
    told = {
        "deceased_name": "Karto",
        "deceased_nik": "9901014101900001",
        "death_date": "2026-02-01",
        "relation": "anak",
    }
    shared = manifest.share_answers(death, {**told, "phone": "0812 3456 7890"}, heirs)
    assert shared == {
        "deceased_name": "Karto", "deceased_nik": "9901014101900001", "died_on": "2026-02-01", "phone": "0812 3456 7890",
    }  # fmt: skip
    card = service("kk-hilang-rusak")
    assert manifest.share_answers(death, told, card) == {}
    lost = service("ktp-el-hilang-rusak")
    assert manifest.share_answers(lost, {"happened": "hilang"}, card) == {"happened": "hilang"}
    assert manifest.share_answers(lost, {"happened": "dicuri"}, card) == {}, "no option of the other"
    meant = {"deceased_name": "relation"}
    assert "deceased_name" not in manifest.share_answers(death, told, heirs, of_target=meant), (
        "it means another thing there"
    )


def test_a_meaning_that_is_none_is_told_with_its_line() -> None:
    files = {one.name: one.read_bytes() for one in (ROOT / "town").iterdir() if one.is_file()}
    events = files["life-events.yaml"].replace(b"person_name: child.name", b"person_name: child")
    with pytest.raises(Problems) as told:
        manifest.read_town({**files, "life-events.yaml": events})
    (one,) = told.value.problems
    assert one.file.endswith("life-events.yaml") and one.line > 1 and "child.name" in one.fix
