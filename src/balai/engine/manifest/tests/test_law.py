"""What of a service is law is one list, and the same that the check warns of."""

from dataclasses import replace
from pathlib import Path

import pytest

from balai.engine import manifest, process

ROOT = Path(__file__).parents[5]
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/service.yaml"))


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def read(name: str, **changes: tuple[str, str]) -> manifest.Service:
    found = files(ROOT / "services" / name)
    for file, (old, new) in changes.items():
        assert old.encode() in found[f"{file}.yaml"]
        found[f"{file}.yaml"] = found[f"{file}.yaml"].replace(old.encode(), new.encode())
    town = manifest.read_town(files(ROOT / "town"))
    return manifest.read_service(found, folder=f"services/{name}", town=town)


@pytest.mark.parametrize("name", SERVICES)
def test_the_list_of_law_is_what_the_check_warns_of(name: str) -> None:
    service = read(name)
    listed = {one.name for one in manifest.list_law(service) if one.status == "unconfirmed"}
    warned = {
        one.element for one in service.warnings if not isinstance(one, (manifest.Advice, process.SoundnessProblem))
    }  # fmt: skip
    assert listed == warned
    assert listed
    assert service.is_unconfirmed


@pytest.mark.parametrize("name", SERVICES)
def test_each_value_says_where_it_stands(name: str) -> None:
    for one in manifest.list_law(read(name)):
        lines = (ROOT / one.file).read_text("utf-8").splitlines()
        if one.status == "unconfirmed":
            assert 0 < one.line <= len(lines), one
            last = one.name.rpartition(".")[2]
            assert last in lines[one.line - 1] or one.name.startswith(("legal_basis", "time")), one
        if one.what.startswith("value."):
            assert one.file in ("town/town.yaml", f"services/{name}/service.yaml")
            assert one.valid_from


def test_a_value_has_another_name_once_anything_of_it_changes() -> None:
    fee = next(one for one in manifest.list_law(read("surat-keterangan-usaha")) if one.what == "value.fee_sku")
    other = [
        replace(fee, value="1"), replace(fee, basis="Perda 1"), replace(fee, subject="value.fee"),
        replace(fee, valid_from=None), replace(fee, valid_to=fee.valid_from),
    ]  # fmt: skip
    assert len({one.digest for one in [fee, *other]}) == 6
    assert replace(fee, line=3, file="x", status="confirmed").digest == fee.digest


def test_one_value_that_several_services_use_has_one_name() -> None:
    objections = [one for name in SERVICES for one in manifest.list_law(read(name)) if one.what == "objection"]
    assert len(objections) == sum(read(name).objection is not None for name in SERVICES) > len(SERVICES) * 0.9
    same: dict[tuple[str, str], set[str]] = {}
    for one in objections:
        same.setdefault((one.basis, str(one.value)), set()).add(one.digest)
    assert all(len(digests) == 1 for digests in same.values()) and len(same) < len(SERVICES) / 3


def test_the_words_of_a_ground_of_refusal_are_part_of_it() -> None:
    said = "Syarat layanan ini tidak terbukti dari berkas dan pemeriksaan."
    before, after = read("izin-usaha-mikro"), read("izin-usaha-mikro", **{"texts/id": (said, "Syarat tidak terbukti.")})
    names = [
        {one.digest for one in manifest.list_law(service) if one.what == "phrase.not_shown"}
        for service in (before, after)
    ]
    assert names[0].isdisjoint(names[1])
