"""The case page: everything an officer needs to decide, and each deed with its refusals."""

import re
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.cast import apply_for, bring_to_counter, open_service, photo

from balai.base import journal_check
from balai.base.models import Access, Entry
from balai.base.outbox import Worker
from balai.base.pages import cards
from balai.casework.cases import actions, history, queries
from balai.casework.cases.models import Note
from balai.casework.notices.models import Notice
from balai.doors.console.demo.cast import CONSOLE
from balai.records.documents import actions as documents
from balai.records.offices import actions as offices
from balai.records.offices import queries as office_queries
from balai.records.registries.actions import seed_residents
from balai.records.registries.rules import Resident

from .conftest import Office


def posted(row: queries.CaseRow, **data: str) -> dict[str, str]:
    """Give what the task's form sends."""
    task = queries.read_case(case_id=row.id).open_tasks[0]
    return {
        "command": str(uuid4()),
        "case": str(row.id),
        "number": row.number,
        "token": task.token,
        "node": task.node,
        "service": row.service_id,
        "version": row.service_key,
        **data,
    }


def test_the_case_shows_answers_evidence_process_and_one_task(office: Office, budi: Client) -> None:
    row = office.case()
    page = budi.get(f"/meja/berkas/{row.number}/").content.decode()
    for words in (
        "Siti Rahma Contoh",
        "Warung Siti",
        "Makanan dan minuman",
        "Foto tempat usaha",
        "<svg",
        "Selesaikan tugas",
        "Riwayat",
    ):
        assert words in page, words
    assert page.count("button big block") == 1, "one clear primary action"
    assert "9901014101900001" not in page
    assert "990101******0001" in page


def test_opening_a_case_is_recorded_before_it_is_shown(office: Office, budi: Client) -> None:
    row = office.case()
    budi.get(f"/meja/berkas/{row.number}/")
    access = Access.objects.get(object=f"case:{row.id}", purpose="casework")
    assert (access.reader_id, access.person_id) == (office.cast.budi.person_id, office.cast.siti.person_id)


def test_the_nik_is_shown_only_when_asked_for_and_that_is_recorded(office: Office, budi: Client) -> None:
    row = office.case()
    page = budi.post(f"/meja/berkas/{row.number}/nik/").content.decode()
    assert "9901014101900001" in page
    assert Access.objects.filter(object=f"case:{row.id}", purpose="show-nik").count() == 1
    assert budi.get(f"/meja/berkas/{row.number}/nik/").status_code == 405


def seed(office: Office, **changes: Any) -> None:
    """Let the registry know Siti, as declared or otherwise."""
    known = Resident(
        nik="9901014101900001",
        name="SITI RAHMA CONTOH",
        birth_place="Samarinda",
        birth_date=date(1990, 1, 1),
        village="64.72.05.1003",
    )
    seed_residents(command_id=uuid4(), actor=CONSOLE, now=office.now, residents=[replace(known, **changes)])


def test_what_agrees_with_the_registry_is_said_and_the_asking_recorded(office: Office, budi: Client) -> None:
    seed(office)
    row = office.case()
    page = budi.post(f"/meja/berkas/{row.number}/kependudukan/").content.decode()
    assert "Yang dinyatakan sama dengan data kependudukan." in page
    access = Access.objects.get(object="registry:penduduk")
    assert (access.person_id, access.purpose) == (office.cast.siti.person_id, "desk:surat-keterangan-usaha")


def test_differences_from_the_registry_are_told_in_words(office: Office, budi: Client) -> None:
    seed(office, name="Siti Rahmah", birth_place="Balikpapan", status="pindah")
    page = budi.post(f"/meja/berkas/{office.case().number}/kependudukan/").content.decode()
    assert "2 hal berbeda" in page
    assert "Nama: pemohon menyatakan “Siti Rahma Contoh”, registri mencatat “Siti Rahmah”." in page
    assert "sudah pindah" in page


def test_a_registry_that_does_not_know_or_answer_says_so(office: Office, budi: Client, settings: Any) -> None:
    row = office.case()
    assert "Registri tidak mengenal nomor ini" in budi.post(f"/meja/berkas/{row.number}/kependudukan/").content.decode()
    settings.BALAI_PLUGS = {**settings.BALAI_PLUGS, "registry:penduduk": "failing"}
    answer = budi.post(f"/meja/berkas/{row.number}/kependudukan/")
    assert answer.status_code == 200
    assert "Registri tidak menjawab" in answer.content.decode()


def test_previews_are_for_the_officer_who_opened_the_case(office: Office, budi: Client, ratna: Client) -> None:
    row = office.case()
    page = budi.get(f"/meja/berkas/{row.number}/")
    picture = page.context["cards"][0].picture
    answer = budi.get(picture)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")
    assert ratna.get(picture).status_code == 404
    assert budi.get("/meja/pratinjau/buatan/").status_code == 404


def test_opening_the_original_is_recorded(office: Office, budi: Client) -> None:
    row = office.case()
    card = budi.get(f"/meja/berkas/{row.number}/").context["cards"][0]
    answer = budi.get(card.url)
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
    assert (
        Access.objects.filter(object=f"document:{card.document_id}", reader_id=office.cast.budi.person_id).count() == 1
    )
    assert budi.get(f"/meja/berkas/{row.number}/dokumen/{uuid4()}/").status_code == 404


def test_completing_the_check_moves_the_case_on(office: Office, budi: Client) -> None:
    row = office.case()
    answer = budi.post(f"/meja/berkas/{row.number}/kerjakan/", posted(row, result="complete"), follow=True)
    assert "Selesai: Periksa berkas." in answer.content.decode()
    assert [task.node for task in queries.read_case(case_id=row.id).open_tasks] == ["decide"]


def test_a_second_click_is_one_deed(office: Office, budi: Client) -> None:
    row = office.case()
    sent = posted(row, result="complete")
    first, second = (budi.post(f"/meja/berkas/{row.number}/kerjakan/", sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert [task.node for task in queries.read_case(case_id=row.id).open_tasks] == ["decide"]


def test_what_was_typed_comes_back_with_the_error(office: Office, budi: Client) -> None:
    row = office.case()
    answer = budi.post(
        f"/meja/berkas/{row.number}/kerjakan/", posted(row, result="incomplete", missing="", note="Cek lagi nanti")
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Cek lagi nanti" in page
    assert 'href="#missing"' in page
    assert [task.node for task in queries.read_case(case_id=row.id).open_tasks] == ["check"]


def test_asking_for_fresh_questions_does_nothing_to_the_case(office: Office, budi: Client) -> None:
    row = office.case()
    answer = budi.post(f"/meja/berkas/{row.number}/kerjakan/", posted(row, result="incomplete", refresh="1"))
    assert answer.status_code == 200
    assert "Apa yang harus diperbaiki pemohon?" in answer.content.decode()
    assert queries.read_case(case_id=row.id).revision == row.revision


def test_another_language_does_nothing_to_the_case_and_keeps_what_was_typed(office: Office, budi: Client) -> None:
    row = office.case()
    page = budi.get(f"/meja/berkas/{row.number}/").content.decode()
    found = re.search(r'<button form="isian" formaction="([^"]+)" name="refresh" value="1"[^>]* lang="en"', page)
    assert found and found[1] == f"/meja/berkas/{row.number}/kerjakan/?bahasa=en"
    typed = posted(row, result="incomplete", missing="", note="Cek lagi nanti", refresh="1")
    answer = budi.post(found[1], typed)
    said = answer.content.decode()
    assert answer.status_code == 200 and answer.cookies["bahasa"].value == "en"
    assert '<html lang="en">' in said and "Cek lagi nanti" in said
    assert queries.read_case(case_id=row.id).revision == row.revision


@pytest.mark.parametrize(("who", "said"), [("budi", "Sudah Anda selesaikan"), ("joko", "Orang lain lebih dulu")])
def test_a_lost_race_shows_the_new_state_and_keeps_what_was_typed(
    office: Office, budi: Client, who: str, said: str
) -> None:
    """Nobody else is blamed for what one did oneself."""
    row = office.case()
    sent = posted(row, result="incomplete", missing="Foto papan nama belum ada")
    if who == "joko":
        office.appoint(office.cast.joko, "clerk")
        budi.post(f"/meja/berkas/{row.number}/lepas/", posted(row))
    office.do(row, getattr(office.cast, who), result="complete")
    answer = budi.post(f"/meja/berkas/{row.number}/kerjakan/", sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert said in page and ("Orang lain" in page) == (who == "joko")
    assert "Putuskan" in page
    assert "Foto papan nama belum ada" in page


def test_four_eyes_is_explained_before_anybody_tries(office: Office, ratna: Client) -> None:
    post = next(one for one in office_queries.list_posts(office.cast.unit_id) if one.role == "clerk")
    offices.appoint(
        command_id=uuid4(),
        actor=CONSOLE,
        now=office.now,
        post_id=post.id,
        person_id=office.cast.ratna.person_id,
        from_date=office.now.date() - timedelta(days=9),
        basis="SK Contoh",
    )
    row = office.do(office.case(), office.cast.ratna, result="complete")
    page = ratna.get(f"/meja/berkas/{row.number}/").content.decode()
    assert "Prinsip empat mata." in page
    assert "Anda sudah mengerjakan “Periksa berkas”" in page
    assert "button big block" not in page, "there is nothing to press that could only fail"
    task = row.open_tasks[0]
    forced = posted(row, outcome="grant", reason="Sesuai berkas") | {"token": task.token}
    answer = ratna.post(f"/meja/berkas/{row.number}/kerjakan/", forced)
    assert answer.status_code == 403
    assert queries.read_case(case_id=row.id).open_tasks[0].node == "decide"


def test_who_has_no_part_in_the_step_sees_on_whose_desk_it_lies(office: Office, budi: Client) -> None:
    row = office.do(office.case(), office.cast.budi, result="complete")
    page = budi.get(f"/meja/berkas/{row.number}/").content.decode()
    assert "Di meja Ratna Dewi Contoh." in page
    assert "button big block" not in page


def second_clerk(office: Office) -> None:
    """Let Joko be a clerk beside Budi."""
    office.appoint(office.cast.joko, "clerk")


@pytest.mark.parametrize(
    ("role", "unit", "opens"),
    [
        ("operator", "kota", False),
        ("section-head", "kel-64.72.05.1003", False),
        ("counter", "kel-64.72.05.1003", False),
        ("clerk", "kel-64.72.05.1003", True),
        ("clerk", "kel-64.72.05.1013", False),
        ("head", "kota", True),
    ],
)
def test_a_post_opens_the_cases_whose_service_names_its_role(office: Office, role: str, unit: str, opens: bool) -> None:
    """Whoever heads a unit answers for all of it; any other post of the unit has no business with the file."""
    row = office.case()
    office.appoint(office.cast.joko, role, unit=unit)
    joko = office.enter(office.cast.joko)
    assert joko.get(f"/meja/berkas/{row.number}/").status_code == (200 if opens else 404)
    note = joko.post(
        f"/meja/berkas/{row.number}/catatan/", {"command": str(uuid4()), "case": str(row.id), "body": "Sudah dihubungi"}
    )
    assert note.status_code == (302 if opens else 404)
    assert bool(queries.open_case(office.cast.ratna.officer, row.number, now=office.now).notes) == opens
    for words in (row.number, "siti"):
        found = joko.get("/meja/cari/", {"cari": words})
        shown = found.status_code == 302 or f"/meja/berkas/{row.number}/" in found.content.decode()
        assert shown == opens, "what does not open is not listed either"


def test_a_task_is_handed_to_a_colleague_who_may_do_it(office: Office) -> None:
    second_clerk(office)
    row = office.case()
    holder, other = office.cast.budi, office.cast.joko
    if row.open_tasks[0].assignee_id == other.person_id:
        holder, other = other, holder
    client = office.enter(holder)
    assert [person for person, _ in client.get(f"/meja/berkas/{row.number}/").context["colleagues"]] == [
        other.person_id
    ]
    sent = {
        "command": str(uuid4()),
        "case": str(row.id),
        "token": row.open_tasks[0].token,
        "to": str(other.person_id),
        "reason": "Cuti",
    }
    client.post(f"/meja/berkas/{row.number}/serahkan/", sent)
    assert queries.read_case(case_id=row.id).open_tasks[0].assignee_id == other.person_id
    page = client.get(f"/meja/berkas/{row.number}/").content.decode()
    assert "Sedang di meja" in page
    assert "button big block" not in page
    wrong = sent | {"command": str(uuid4()), "to": str(office.cast.siti.person_id)}
    answer = office.enter(other).post(f"/meja/berkas/{row.number}/serahkan/", wrong)
    assert answer.status_code in (403, 422)
    assert queries.read_case(case_id=row.id).open_tasks[0].assignee_id == other.person_id


def test_a_task_a_colleague_took_first_is_told_not_taken(office: Office) -> None:
    second_clerk(office)
    row = office.case()
    taker = office.cast.budi
    if row.open_tasks[0].assignee_id == taker.person_id:
        taker = office.cast.joko
    sent = {"command": str(uuid4()), "case": str(row.id), "token": row.open_tasks[0].token, "number": row.number}
    answer = office.enter(taker).post("/meja/ambil/", sent, follow=True)
    assert "Tugas ini sedang dikerjakan" in answer.content.decode()
    assert queries.read_case(case_id=row.id).open_tasks[0].assignee_id != taker.person_id


def test_who_looked_is_shown_as_the_citizen_sees_it(office: Office, budi: Client) -> None:
    row = office.case()
    budi.post(f"/meja/berkas/{row.number}/nik/")
    page = budi.get(f"/meja/berkas/{row.number}/").content.decode()
    assert "menampilkan NIK" in page
    assert page.count("mengerjakan berkas") == 1, "looks of one day are one line"


def test_an_officers_document_is_taken_in_and_survives_an_error(office: Office, budi: Client) -> None:
    ktp = open_service("ktp-el-hilang-rusak")
    submitted = actions.submit(
        actions.Submission(
            id=uuid4(),
            actor=office.cast.siti.citizen,
            now=office.now,
            service_id=ktp.id,
            draft_id=(draft := with_photo(office, ktp.id))[0],
            answers={
                "happened": "rusak",
                "data_changed": "tidak",
                "card_photo": draft[1],
                "phone": "0812 0000 0001",
                "true_statement": "ya",
            },
        )
    )
    row = queries.read_case(case_id=submitted.case_id)
    row = office.do(row, office.cast.budi, result="complete")
    office.do(row, office.cast.budi, reference="SIAK-CONTOH-0009")
    Worker().drain(office.now)
    row = queries.read_case(case_id=row.id)
    assert [task.node for task in row.open_tasks] == ["receive"]
    at = f"/meja/berkas/{row.number}/kerjakan/"
    wrong = posted(row, result="issued") | {"document": SimpleUploadedFile("x.pdf", b"bukan pdf", "application/pdf")}
    refused = budi.post(at, wrong)
    assert refused.status_code == 422
    assert "x.pdf" not in refused.content.decode()
    kept = budi.post(at, posted(row, result="issued", refresh="1") | {"document": image("bukti.jpg")})
    assert "bukti.jpg" in kept.content.decode()
    sent = posted(row, result="issued", kept=kept.context["kept_files"])
    assert budi.post(at, sent).status_code == 302
    names = [card.name for card in budi.get(f"/meja/berkas/{row.number}/").context["cards"]]
    assert "bukti.jpg" in names
    made_up = budi.post(at, posted(row, kept="buatan")) if queries.read_case(case_id=row.id).open_tasks else None
    assert made_up is None or made_up.status_code in (403, 404, 409, 422)


def test_a_step_that_a_failure_brought_back_says_why_and_keeps_what_was_typed(office: Office, budi: Client) -> None:
    open_service("ktp-el-hilang-rusak")
    rows = []
    for _ in range(2):
        made = apply_for(office.cast, "ktp-el-hilang-rusak", "lost", now=office.now)
        row = office.do(queries.read_case(case_id=made.case_id), office.cast.budi, result="complete")
        rows.append(office.do(row, office.cast.budi, reference="SIAK-CONTOH-0010"))
        Worker().drain(office.now)
    page = budi.get(f"/meja/berkas/{rows[1].number}/").content.decode()
    assert "sudah tercatat pada berkas lain" in page
    assert 'value="SIAK-CONTOH-0010"' in page
    assert rows[0].number not in page.split('id="tugas"')[1].split("</section>")[0], "not which case it is"
    assert "sudah tercatat" not in budi.get(f"/meja/berkas/{rows[0].number}/").content.decode()


def test_the_desk_shows_that_a_case_waits_for_its_holder(office: Office, budi: Client) -> None:
    open_service("ktp-el-hilang-rusak")
    ago = office.now - timedelta(days=8)
    day = office.now.date() + timedelta(days=4)
    day -= timedelta(days=max(0, day.weekday() - 4))  # the counter is closed on Saturday and Sunday
    row = queries.read_case(case_id=bring_to_counter(office.cast, now=ago, pickup=day.isoformat()))
    reason = "KTP-el siap; menunggu pemohon mengambilnya di loket"
    page = budi.get(f"/meja/berkas/{row.number}/").content.decode()
    assert page.split('id="tugas"')[1].split("</section>")[0].count(reason) == 1
    assert page.split('id="h-clock"')[1].split("</section>")[0].count(reason) == 1
    assert "Terlambat" not in page.split('id="h-clock"')[1].split("</section>")[0]
    inbox = budi.get("/meja/")
    assert reason in inbox.content.decode()
    assert inbox.context["counts"]["late"] == 0


def test_who_did_not_come_on_the_day_they_chose_is_for_the_desk_to_note(office: Office, budi: Client) -> None:
    open_service("ktp-el-hilang-rusak")
    ago = office.now - timedelta(days=8)
    day = ago.date() + timedelta(days=6)
    day -= timedelta(days=max(0, day.weekday() - 4))
    row = queries.read_case(case_id=bring_to_counter(office.cast, now=ago, pickup=day.isoformat()))
    assert budi.get("/meja/").context["counts"]["late"] == 1
    page = budi.get(f"/meja/berkas/{row.number}/").content.decode()
    assert "Terlambat" not in page.split('id="h-clock"')[1].split("</section>")[0], "the case itself stands still"


def image(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo(), "image/jpeg")


def with_photo(office: Office, service_id: str) -> tuple[UUID, dict[str, Any]]:
    """Start a draft that holds one photo: the draft and the photo's answer."""
    siti = office.cast.siti.citizen
    draft_id, _ = actions.start_draft(actor=siti, now=office.now, service_id=service_id, answers={})
    vault_id = queries.find_draft_vault(draft_id)
    assert vault_id is not None
    kept = documents.store(vault_id, BytesIO(photo()), name="ktp.jpg", actor=siti, now=office.now)
    return draft_id, {"document": str(kept.id), "name": "ktp.jpg", "type": kept.media_type, "size": kept.size}


def test_notes_are_for_officers_and_show_their_author(
    office: Office, budi: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "_CARDS", {})  # a room's card may stand in for the notes
    row = office.case()
    sent = {"command": str(uuid4()), "case": str(row.id), "body": "Sudah saya telepon."}
    assert budi.post(f"/meja/berkas/{row.number}/catatan/", sent).headers["Location"].endswith("#catatan")
    page = budi.get(f"/meja/berkas/{row.number}/").content.decode()
    assert "Sudah saya telepon." in page
    assert "Budi Santoso Contoh" in page
    empty = budi.post(f"/meja/berkas/{row.number}/catatan/", sent | {"body": " ", "command": str(uuid4())})
    assert empty.status_code == 422


def test_another_systems_number_is_kept(office: Office, budi: Client) -> None:
    row = office.case()
    budi.post(
        f"/meja/berkas/{row.number}/nomor-luar/",
        {"command": str(uuid4()), "case": str(row.id), "system": "OSS", "value": "812"},
    )
    assert ("OSS", "812") in budi.get(f"/meja/berkas/{row.number}/").context["view"].external_ids


def test_officers_of_other_units_find_no_case(office: Office) -> None:
    row = office.case()
    client = office.enter(office.cast.joko)
    assert client.get(f"/meja/berkas/{row.number}/").status_code == 404


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_page_speaks_both_languages(office: Office, budi: Client, lang: str) -> None:
    budi.cookies["bahasa"] = lang
    page = budi.get(f"/meja/berkas/{office.case().number}/").content.decode()
    assert ("Complete the task" in page) == (lang == "en")


def test_a_note_too_long_is_refused_with_its_count_and_stands_in_its_form_again(office: Office, budi: Client) -> None:
    """It was cut after 4,000 characters and told as saved."""
    row = office.case()
    at, whole = f"/meja/berkas/{row.number}/", "Catatan panjang. " * 300
    sent = {"body": whole, "command": str(uuid4())}
    page = budi.post(f"{at}catatan/", sent, follow=True, headers={"referer": f"http://testserver{at}"}).content.decode()
    assert "5.099 dari 4.000" in page and whole.strip() in page
    assert not Note.objects.exists()


def test_one_navigation_stands_beside_every_page(office: Office, budi: Client) -> None:
    row = office.case()
    seen = {}
    for path in ("/meja/", f"/meja/berkas/{row.number}/", "/meja/angka/", "/meja/cari/"):
        page = budi.get(path).content.decode()
        rail = re.search(
            r'<div class="wrap bench split side[^"]*">\s*<aside class="rail noprint".*?</aside>', page, re.S
        )
        assert rail, path
        seen[path] = re.findall(r'<a href="([^"]+)"( aria-current="page")?', rail[0])
        assert "data-keys" in rail[0] and page.count("data-keys") == 1, path
    places = {path: [url for url, _ in links] for path, links in seen.items()}
    assert len({tuple(one) for one in places.values()}) == 1, places
    current = {path: [url for url, mark in links if mark] for path, links in seen.items()}
    assert current[f"/meja/berkas/{row.number}/"] == current["/meja/"] == ["/meja/"]


def test_a_head_sends_a_case_back_to_the_officer_before(office: Office, budi: Client, ratna: Client) -> None:
    office.appoint(office.cast.joko, "clerk")
    row = office.case()
    office.do(row, office.cast.budi, result="complete", location_seen=True)
    Worker().drain(office.now)
    before = queries.read_case(case_id=row.id)
    path, reason = f"/meja/berkas/{row.number}/", "Foto papan nama belum terbaca"
    sent = posted(before) | {"token": before.open_tasks[0].token, "back": reason}
    assert f"{path}kembalikan/" in ratna.get(path).content.decode()
    assert f"{path}kembalikan/" not in budi.get(path).content.decode()
    assert budi.post(f"{path}kembalikan/", sent).status_code == 403, "whoever checked does not decide"
    empty = ratna.post(f"{path}kembalikan/", sent | {"back": " "})
    assert empty.status_code == 422 and "Tulis alasannya" in empty.content.decode()
    notices = Notice.objects.filter(case_id=row.id, person_id=row.applicant_id).count()
    assert ratna.post(f"{path}kembalikan/", sent).status_code == 302
    assert ratna.post(f"{path}kembalikan/", sent).status_code == 302, "the same click again is one deed"
    Worker().drain(timezone.now() + actions.HELD)
    now = queries.read_case(case_id=row.id)
    assert [(one.node, one.assignee_id) for one in now.open_tasks] == [("check", office.cast.budi.person_id)]
    assert (now.due_at, now.paused_at, now.status, now.sent_back) == (before.due_at, None, "open", 0)
    assert Notice.objects.filter(case_id=row.id, person_id=row.applicant_id).count() == notices, (
        "nobody outside is told"
    )
    page = budi.get(path).content.decode()
    assert reason in page[page.index('id="tugas"') :] and "Dikembalikan oleh Ratna" in page
    assert row.number in budi.get("/meja/lonceng/").content.decode()
    body = Entry.objects.filter(stream=f"case:{row.id}", action="send-back").get().body
    assert (body["node"], body["to"]) == ("decide", "check") and "Foto" not in str(body)
    assert history.replay(history.get_position(row.number))[1] == "", "a journal replays it"
    assert journal_check.verify_journal(deep=True).faults == (), "and the journal's check goes through it"
    again = office.do(row, office.cast.budi, result="complete", location_seen=True)
    assert [one.node for one in again.open_tasks] == ["decide"] and "_sent_back" not in again.data
    assert office.do(again, office.cast.ratna, outcome="grant", reason="Sesuai").open_tasks[0].node == "sign_grant"
    sign = queries.read_case(case_id=row.id).open_tasks[0].token
    assert ratna.post(f"{path}kembalikan/", sent | {"command": str(uuid4()), "token": sign}).status_code == 403
