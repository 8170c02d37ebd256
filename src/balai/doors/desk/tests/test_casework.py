"""What helps an officer decide: what is wrong marked where it stands, old beside new, sentences to tick, what was begun kept."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import cast as the_cast
from tests.cast import enlist, photo

from balai.base.models import Access
from balai.casework.cases import actions, queries
from balai.casework.cases.models import Sketch
from balai.doors.desk.shown import task
from balai.records.documents import actions as documents

from .conftest import Office
from .test_case import posted

WHY = "Papan nama tidak terbaca"


def page(client: Client, row: queries.CaseRow) -> str:
    return client.get(f"/meja/berkas/{row.number}/").content.decode()


def do(client: Client, row: queries.CaseRow, **data: Any) -> Any:
    return client.post(f"/meja/berkas/{row.number}/kerjakan/", posted(row, **data))


def correct(office: Office, row: queries.CaseRow, **changes: Any) -> None:
    """Let Siti send her application back, changed."""
    sent_back = queries.read_case(case_id=row.id)
    asked = queries.catalogue.get_service(row.service_id, row.service_key).forms["apply"].fields
    given = {name: value for name, value in sent_back.data["apply"].items() if not asked[name].is_computed}
    actions.act(
        actions.Command(
            id=uuid4(), actor=office.cast.siti.citizen, now=office.now, case_id=row.id, action="complete",
            token=sent_back.open_tasks[0].token, data={**given, **changes},
        )
    )  # fmt: skip


def test_what_is_marked_wrong_stands_at_its_answer_and_comes_back_old_beside_new(office: Office, budi: Client) -> None:
    row = office.case()
    answer = do(
        budi, row, result="incomplete", **{"mark-photo": WHY, "mark-business_name": "Tulis seperti di papan nama"}
    )
    assert answer.status_code == 302
    sent_back = queries.read_case(case_id=row.id)
    assert sent_back.data["check"]["missing"].splitlines() == [
        f"Foto tempat usaha: {WHY}",
        "Nama usaha: Tulis seperti di papan nama",
    ], "the notice reads what was marked"
    holder = office.enter(office.cast.siti)
    form = holder.get(f"/berkas/{row.number}/jawab/{sent_back.open_tasks[0].token}/").content.decode()
    at = form.index('id="photo"')
    assert WHY in form[at - 900 : at + 900] and form.count(WHY) == 2, "at the answer, and in what is asked for"
    old = sent_back.data["apply"]["photo"]["document"]
    new = documents.store(
        row.vault_id, BytesIO(photo("blue")), name="baru.jpg", actor=office.cast.siti.citizen, now=office.now
    )
    file = {"document": str(new.id), "name": "baru.jpg", "type": new.media_type, "size": new.size}
    correct(office, row, business_name="Warung Siti Baru", photo=file)
    shown = page(budi, row)
    assert shown.index("Yang berubah sejak dikembalikan") < shown.index('id="h-applicant"'), "what changed comes first"
    changed = budi.get(f"/meja/berkas/{row.number}/").context["changes"]
    assert [(one.label, one.old, one.new, one.asked) for one in changed if not one.old_card] == [
        ("Nama usaha", "Warung Siti", "Warung Siti Baru", "Tulis seperti di papan nama")
    ]
    (pictures,) = [one for one in changed if one.old_card]
    assert (str(pictures.old_card.document_id), pictures.new_card.document_id) == (old, new.id)
    assert budi.get(pictures.old_card.picture).status_code == budi.get(pictures.old_card.url).status_code == 200
    do(budi, row, result="complete")
    assert "_marks" not in queries.read_case(case_id=row.id).data, "the next step says what is wrong now"


@pytest.mark.parametrize(
    "marks", [{"mark-photo": WHY, "result": "complete"}, {"mark-nothing": WHY}, {"mark-photo": "x" * 301}]
)
def test_marks_that_nobody_would_read_are_refused_and_kept(office: Office, budi: Client, marks: dict[str, str]) -> None:
    row = office.case()
    answer = do(budi, row, **{"result": "incomplete", "missing": "Perbaiki ini", **marks})
    assert answer.status_code == 422
    assert queries.read_case(case_id=row.id).data.get("check") is None
    if "mark-photo" in marks:
        assert marks["mark-photo"] in answer.content.decode()


def test_a_ticked_sentence_is_not_typed_and_marks_what_it_is_about(office: Office, budi: Client, ratna: Client) -> None:
    row = office.case()
    offered = budi.post(
        f"/meja/berkas/{row.number}/kerjakan/", posted(row, result="incomplete", refresh="1")
    ).content.decode()
    assert 'value="photo_unreadable"' in offered and 'value="all_fits"' not in offered
    do(budi, row, result="incomplete", missing="Terima kasih.", phrase="photo_unreadable")
    after = queries.read_case(case_id=row.id)
    assert after.data["check"]["missing"].startswith("Terima kasih.\nFoto tempat usaha belum memperlihatkan")
    assert set(after.data["_marks"]) == {"photo"}


def test_a_ground_of_refusal_brings_its_law_and_whether_it_is_confirmed(
    office: Office, budi: Client, ratna: Client
) -> None:
    row = office.case()
    do(budi, row, result="complete")
    ratna_sees = ratna.post(
        f"/meja/berkas/{row.number}/kerjakan/", posted(row, outcome="refuse", refresh="1")
    ).content.decode()
    assert 'value="elsewhere"' in ratna_sees and 'value="all_fits"' not in ratna_sees
    do(ratna, row, outcome="refuse", phrase=["elsewhere", "apply_there"])
    decided = queries.read_case(case_id=row.id).data["decide"]
    assert decided["reason"].startswith("Tempat usaha berada di luar wilayah kelurahan ini. (Peraturan kepala daerah")
    assert "belum" in decided["reason"] and decided["remedy"] == "Ajukan kepada kelurahan tempat usaha berada."


def test_nobody_types_the_reason_that_the_rule_gave(office: Office) -> None:
    the_cast.open_service("izin-usaha-mikro")
    service = queries.catalogue.get_service("izin-usaha-mikro")
    case_id = the_cast.apply_for(office.cast, "izin-usaha-mikro", "asked-for-a-person", now=office.now).case_id
    row = queries.read_case(case_id=case_id)
    view = queries.view(row, queries.policy.Standing(roles=frozenset({"head"})))
    said = " ".join(next(iter(row.data["_reasons"].values()))["text"]["id"])
    first, *_ = task._ticks(view, service.forms["decide"], "reason", {"outcome": "grant"}, None)
    assert (first.value, first.chosen) == (said, True)
    answers, _ = task.compose(
        service, service.steps["decide"], {"outcome": "grant"}, {"reason": [first.value]}, {}, "id"
    )
    assert answers["reason"] == said


def test_what_was_begun_outlives_the_session_and_is_told_to_who_comes_next(office: Office, budi: Client) -> None:
    row = office.case()
    kept = do(budi, row, result="incomplete", missing="Foto belum", save="1", **{"mark-photo": WHY})
    assert kept.status_code == 302 and queries.read_case(case_id=row.id).revision == row.revision
    assert b"Foto belum" not in bytes(Sketch.objects.get().body_sealed)
    elsewhere = page(office.enter(office.cast.budi), row)
    assert "Foto belum" in elsewhere and WHY in elsewhere and "belum dikirim" in elsewhere
    joko = enlist("Joko", now=office.now)
    office.appoint(joko, "clerk")
    other = page(office.enter(joko), row)
    assert "Budi" in other and "belum mengirimnya" in other and "Foto belum" not in other
    do(budi, row, result="complete")
    assert not Sketch.objects.exists()


def test_a_turned_document_stays_turned_for_everybody_and_what_was_typed_is_kept(
    office: Office, budi: Client, ratna: Client
) -> None:
    row = office.case()
    document = row.data["apply"]["photo"]["document"]
    turned = budi.post(
        f"/meja/berkas/{row.number}/dokumen/{document}/putar/",
        posted(row, result="incomplete", missing="Setengah jadi"),
    )
    assert turned.headers["Location"].endswith(f"#dok-{document}")
    assert "Setengah jadi" in page(budi, row) and 'class="viewer turn90"' in page(ratna, row)
    other = the_cast.apply_for_sku(office.cast, now=office.now)
    number = queries.read_case(case_id=other.case_id).number
    assert budi.post(f"/meja/berkas/{number}/dokumen/{document}/putar/").status_code == 404


def test_the_applicants_other_cases_are_those_the_officer_may_open(office: Office, budi: Client) -> None:
    the_cast.open_service("ktp-el-hilang-rusak")
    row, near = office.case(), office.case()
    far = office.case(village="64.72.01.1001")
    listed = budi.get(f"/meja/berkas/{row.number}/lain/").content.decode()
    assert near.number in listed and far.number not in listed
    assert Access.objects.filter(object="list:others", reader_id=office.cast.budi.person_id).count() == 1


def test_a_visit_is_kept_with_its_photo_and_place_and_shown_to_who_decides(
    office: Office, budi: Client, ratna: Client
) -> None:
    row = office.case()
    asked = do(budi, row, result="complete", location_seen="true", refresh="1").content.decode()
    assert 'data-locate="visit_location"' in asked and 'name="visit_photo"' in asked
    file = SimpleUploadedFile("kunjungan.jpg", photo("green"), content_type="image/jpeg")
    sent = {
        "result": "complete",
        "location_seen": "true",
        "visit_location": "-0.50214, 117.15342 (±12 m)",
        "visit_photo": file,
    }
    assert do(budi, row, **sent).status_code == 302
    shown = ratna.get(f"/meja/berkas/{row.number}/")
    assert "-0.50214, 117.15342" in shown.content.decode()
    assert "Foto kunjungan" in [card.label for card in shown.context["cards"]]
