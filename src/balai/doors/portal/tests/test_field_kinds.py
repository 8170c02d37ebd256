"""The handbook's event permit, applied for as a browser without script does it."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from tests.cast import NOW

from balai.casework.cases import queries as case_queries
from balai.casework.cases.models import Case, Evidence
from balai.casework.catalogue import queries as catalogue
from balai.doors.portal.tests.test_apply import step, upload
from balai.engine import manifest
from balai.engine.manifest.tests.test_handbook_form import event_folder
from balai.records.folders import disk, packing
from balai.records.folders.models import FolderVersion

pytestmark = pytest.mark.django_db(transaction=True)


def open_event(change: Callable[[dict[str, bytes]], dict[str, bytes]] = dict) -> None:
    """Publish the handbook's folder, changed where a test asks for it."""
    files, town = change(event_folder()), disk.read_town_files(settings.BALAI_TOWN_FOLDER)
    service = manifest.read_service(files, folder="contoh", town=manifest.read_town(town))
    FolderVersion.objects.create(
        key=service.key, kind="service", folder_id="contoh", version=service.version, files=packing.pack(files, town),
        published_at=NOW,
    )  # fmt: skip
    catalogue.forget_current()


def boxes(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def text_of(page: str, name: str) -> str:
    """Read what is worked out for a field, as the page shows it."""
    found = re.search(rf'<output id="{name}" data-worked>([^<]*)</output>', page)
    return found[1] if found else "not there"


def test_a_form_of_every_kind_is_filled_without_script_and_becomes_a_case(siti: Client) -> None:
    open_event()
    base = siti.post("/layanan/contoh/ajukan/", follow=True).redirect_chain[0][0]
    first = siti.get(f"{base}event/").content.decode()
    assert "izin keramaian" in first and 'name="guests" value="50"' in first and text_of(first, "days") == "—"
    assert "Pilih dahulu: Kelurahan" in first
    monday = timezone.localdate() + timedelta(days=(-timezone.localdate().weekday()) % 7 + 210)
    event: dict[str, Any] = {
        "village": "64.72.05.1003", "reason": "Bazar kampung", "guests": "120", "place-place-words": "Lapangan",
        "place-place-point": "-0.5, 117.1", **boxes("starts_on", monday), **boxes("ends_on", monday + timedelta(days=1)),
    }  # fmt: skip
    worked = step(siti, base, "event", {**event, "document": upload("rt.jpg"), "refresh": "1"}).content.decode()
    assert (
        re.fullmatch(r"[12] hari kerja", text_of(worked, "days"))
        and "SD Contoh 9" in worked
        and "SD Contoh 1<" not in worked
    )
    assert 'id="guards"' in worked and step(siti, base, "event", event).status_code == 422, "so many guests need guards"
    event |= {"guards": "4", "school": "sd-9"}
    assert step(siti, base, "event", event)["Location"] == f"{base}proof/"

    two = step(siti, base, "proof", {"photos": [upload("a.jpg"), upload("b.jpg")], "stands-add": "1"}).content.decode()
    assert "a.jpg" in two and "b.jpg" in two and 'name="photos-remove-1"' in two and "Tambah lapak lagi" in two
    rows = {"stands-rows": "2", "stands-0-permit": upload("p.jpg"), "stands-0-area": "6", "stands-1-area": "2"}
    more = step(siti, base, "proof", {**rows, "photos": upload("c.jpg"), "refresh": "1"}).content.decode()
    assert text_of(more, "total") == "8 m²" and 'name="photos-remove-2"' in more
    fewer = step(siti, base, "proof", {"stands-rows": "2", "photos-remove-1": "1"}).content.decode()
    assert "b.jpg" not in fewer and "p.jpg" in fewer, "of a row that sends nothing its file stays"
    full = {"stands-rows": "1", "photos": [upload("d.jpg"), upload("e.jpg"), upload("f.jpg")]}
    assert step(siti, base, "proof", full).status_code == 422
    step(siti, base, "proof", {"stands-rows": "1", "photos-remove-4": "1"})
    assert step(siti, base, "proof", {"stands-rows": "1"})["Location"] == f"{base}statement/"
    step(siti, base, "statement", {"phone": "081234567890", "true_statement": "true"})
    review = siti.get(f"{base}periksa/").content.decode()
    assert "Kirim permohonan izin" in review and "120 orang" in review and "Lapangan (-0.5, 117.1)" in review
    assert siti.post(f"{base}periksa/", {"declare": "1"}).status_code == 302

    case = case_queries.read_case(case_id=Case.objects.get().id)
    apply = case.data["apply"]
    assert [one["name"] for one in apply["photos"]] == ["a.jpg", "c.jpg", "d.jpg", "e.jpg"]
    assert (len(apply["stands"]), apply["guards"], apply["school"], "before" in apply) == (1, 4, "sd-9", False)
    places = {one.place for one in Evidence.objects.filter(case_id=case.id)}
    assert {f"apply.{one}" for one in ("document", "photos.0", "photos.3", "stands.0.permit")} <= places and len(
        places
    ) == 6
    seen = siti.get(f"/berkas/{case.number}/").content.decode()
    assert all(f"/bukti/{one['document']}/" in seen for one in apply["photos"])
