"""An officer's form with rows that hold files and a value that is worked out: kept on each round, then part of the case."""

import re
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.cast import photo

from balai.casework.cases import queries
from balai.casework.cases.actions import Submission, start_draft, submit
from balai.casework.cases.models import Draft
from balai.doors.desk.tests.conftest import Office
from balai.doors.desk.tests.test_case import posted
from balai.doors.portal.tests.test_field_kinds import open_event
from balai.records.documents import actions as documents

FIELDS = """      looks:
        type: array
        items: {type: object, required: [photo], properties: {photo: {type: string, format: file}, seats: {type: integer}}}
      seats: {type: number, compute: "sum(looks.seats[item != null])"}
"""
WORDS = """      looks: {label: Tinjauan, item: Tinjauan, fields: {photo: {label: Foto}, seats: {label: Kursi, unit: kursi}}}
      seats: {label: Semua kursi, unit: kursi}
"""


def with_looks(files: dict[str, bytes]) -> dict[str, bytes]:
    """Let whoever checks add photos in rows."""
    form, note = files["form.yaml"].decode(), "      note: {type: string"
    made = {**files, "form.yaml": form.replace(note, FIELDS + note, 1).encode()}
    for name in ("texts/id.yaml", "texts/en.yaml"):
        made[name] = made[name].decode().replace("      note: {label", WORDS + "      note: {label", 1).encode()
    return made


def apply(office: Office) -> queries.CaseRow:
    siti = office.cast.siti.citizen
    draft_id, _ = start_draft(actor=siti, now=office.now, service_id="contoh", answers={})
    vault_id = Draft.objects.get(id=draft_id).vault_id

    def file(name: str) -> dict[str, Any]:
        kept = documents.store(vault_id, BytesIO(photo()), name=name, actor=siti, now=office.now)
        return {"document": str(kept.id), "name": name, "type": kept.media_type, "size": kept.size}

    answers = {
        "village": "64.72.05.1003", "reason": "Bazar", "document": file("rt.jpg"), "starts_on": "2027-03-15", "ends_on": "2027-03-16",
        "guests": 10, "photos": [file("a.jpg"), file("b.jpg")], "stands": [{"permit": file("p.jpg")}], "phone": "081234567890",
        "true_statement": True,
    }  # fmt: skip
    made = submit(
        Submission(id=draft_id, actor=siti, now=office.now, service_id="contoh", answers=answers, draft_id=draft_id)
    )
    return queries.read_case(case_id=made.case_id)


def test_files_in_rows_of_an_officers_form_are_kept_on_each_round(office: Office, budi: Client) -> None:
    open_event(with_looks)
    row = apply(office)
    page = budi.get(reverse("desk:case", args=[row.number])).content.decode()
    assert all(name in page for name in ("rt.jpg", "a.jpg", "b.jpg", "p.jpg")), (
        "each file of the application is evidence"
    )
    to, jpeg = reverse("desk:complete", args=[row.number]), ("image/jpeg",)
    first = {
        "result": "complete",
        "looks-rows": "1",
        "looks-0-seats": "4",
        "looks-0-photo": SimpleUploadedFile("x.jpg", photo(), *jpeg),
    }
    again = budi.post(to, {**posted(row), **first, "looks-add": "1"}, follow=True).content.decode()
    assert "x.jpg" in again and re.search(r'<output id="seats" data-worked>4 kursi</output>', again)
    kept = re.search(r'name="kept" value="([^"]+)"', again)
    assert kept is not None
    second = {**posted(row), "kept": kept[1], "result": "complete", "looks-rows": "2", "looks-0-seats": "4", "looks-1-seats": "3",
              "looks-1-photo": SimpleUploadedFile("y.jpg", photo("blue"), *jpeg)}  # fmt: skip
    assert budi.post(to, second).status_code == 302
    done = queries.read_case(case_id=row.id).data["check"]
    assert [one["photo"]["name"] for one in done["looks"]] == ["x.jpg", "y.jpg"] and done["seats"] == "7"
