"""The catalogue: folders become versions, versions never change, services are found by the words people use."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from tests.cast import NOW

from balai.base.actors import Actor
from balai.base.errors import Invalid, NotFound
from balai.base.models import Entry
from balai.casework.catalogue import actions, folders, queries
from balai.engine import manifest
from balai.engine.problems import Problems
from balai.records.folders import disk, kinds, packing
from balai.records.folders.models import FolderVersion

CONSOLE = Actor("system", "console", name="test")
SKU = "surat-keterangan-usaha"


@pytest.fixture
def services(tmp_path: Path) -> Path:
    """Copy one service, to be changed."""
    shutil.copytree(settings.BALAI_SERVICES / SKU, tmp_path / "services" / SKU)
    return tmp_path / "services" / SKU


@pytest.fixture(autouse=True)
def forget() -> Any:
    """Let no test read another's services."""
    queries.forget_current()
    yield
    queries.forget_current()


def change(folder: Path, file: str, old: str, new: str) -> None:
    """Change a file of a folder."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def publish(folder: Path) -> FolderVersion:
    return actions.publish(folder, settings.BALAI_TOWN_FOLDER, actor=CONSOLE, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_a_changed_folder_is_a_new_version_and_the_old_one_stays(services: Path) -> None:
    old = publish(services)
    change(services, "service.yaml", 'version: "2026.1"', 'version: "2026.2"')
    title = old_title = queries.get_service(SKU).text("title", "id")
    change(services, "texts/id.yaml", f"title: {old_title}", f"title: {title} Baru")
    new = publish(services)
    assert old.key != new.key
    assert queries.get_service(SKU).key == new.key
    assert "Baru" not in queries.get_service(SKU, old.key).text("title", "id")
    assert "Baru" in queries.get_service(SKU).text("title", "id")
    assert list(FolderVersion.objects.filter(current=True).values_list("key", flat=True)) == [new.key]


@pytest.mark.django_db(transaction=True)
def test_an_old_version_may_become_current_again(services: Path) -> None:
    old = publish(services)
    change(services, "service.yaml", 'version: "2026.1"', 'version: "2026.2"')
    assert publish(services).key != old.key
    change(services, "service.yaml", 'version: "2026.2"', 'version: "2026.1"')
    assert publish(services).key == old.key
    assert FolderVersion.objects.get(current=True).key == old.key
    bodies = list(Entry.objects.filter(stream=f"service:{SKU}").order_by("seq").values_list("body", flat=True))
    assert bodies[-1]["again"] is True


@pytest.mark.django_db(transaction=True)
def test_a_folder_whose_examples_fail_is_not_published(services: Path) -> None:
    change(
        services, "examples/refused.yaml", "letter_says: {refusal: [Warung Siti", "letter_says: {refusal: [Warung Joko"
    )
    with pytest.raises(Problems):
        publish(services)
    assert not FolderVersion.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_version_in_force_never_changes(services: Path) -> None:
    publish(services)
    change(services, "texts/en.yaml", "title: Business", "title: A business")
    with pytest.raises(Invalid) as refused:
        publish(services)
    assert refused.value.code == "version-reused"
    assert FolderVersion.objects.count() == 1


@pytest.mark.django_db
def test_what_is_not_open_is_not_found() -> None:
    with pytest.raises(NotFound):
        queries.get_service("tidak-ada")
    with pytest.raises(NotFound):
        queries.get_service("tidak-ada", "0" * 64)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "words",
    [
        "SKU",
        "sku",
        "surat SKU",
        "keterangan usaha",
        "USAHA",
        "ketrangan usaha",
        "saya mau buat surat usaha",
        "keterangna usaha",
    ],
)
def test_a_service_is_found_by_the_words_people_use(words: str) -> None:
    for name in (SKU, "akta-kelahiran"):
        publish(settings.BALAI_SERVICES / name)
    assert queries.search_services(words, NOW)[0].id == SKU


@pytest.mark.django_db(transaction=True)
def test_words_that_fit_nothing_find_nothing() -> None:
    publish(settings.BALAI_SERVICES / SKU)
    assert queries.search_services("helikopter", NOW) == []
    assert SKU in {
        found.id for event in queries.get_service(SKU).life_events for found in queries.list_by_life_event(event, NOW)
    }
    assert queries.list_by_life_event("tidak-ada", NOW) == []


def test_a_packed_version_is_the_same_service_and_the_same_bytes() -> None:
    folder, town = disk.read_files(settings.BALAI_SERVICES / SKU), disk.read_town_files(settings.BALAI_TOWN_FOLDER)
    one = packing.pack(folder, town)
    assert one == packing.pack(dict(reversed(folder.items())), dict(reversed(town.items())))
    read = folders.read_folder(settings.BALAI_SERVICES / SKU, settings.BALAI_TOWN_FOLDER)
    assert packing.unpack(one).folder == folder
    put = kinds.get_kind("service").read(folder, f"services/{SKU}", manifest.read_town(packing.unpack(one).town), True)
    assert put.key == read.key


def test_hidden_backup_and_linked_files_are_no_part_of_a_folder(services: Path) -> None:
    before = set(disk.read_files(services))
    (services / ".hidden").touch()
    (services / "form.yaml~").touch()
    (services / "link.yaml").symlink_to("/etc/passwd")
    assert set(disk.read_files(services)) == before


def test_a_folder_that_is_too_big_is_refused(services: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "MAX_FILES", 3)
    with pytest.raises(ValueError, match="is it the right folder"):
        disk.read_files(services)
