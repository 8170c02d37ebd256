"""The inbox shows what is due and to whom it belongs."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from tests import cast as the_cast

from balai.casework.cases import queries, rules

from .conftest import Office
from .test_sign import ready


def test_my_tasks_stand_under_how_urgent_they_are(office: Office, budi: Client) -> None:
    late, fresh = office.case(ago=timedelta(days=12)), office.case()
    page = budi.get("/meja/").content.decode()
    assert page.index('id="late"') < page.index(late.number) < page.index(fresh.number)
    assert "Terlambat" in page
    assert "Periksa berkas" in page
    assert "S*** R*** C***" in page, "lists are masked"
    assert "Siti Rahma" not in page


def test_an_empty_desk_says_what_to_do(office: Office, ratna: Client) -> None:
    page = ratna.get("/meja/").content.decode()
    assert "Meja Anda kosong" in page
    assert "?meja=unit" in page


def test_filter_by_service_keeps_nothing_else(office: Office, budi: Client) -> None:
    row = office.case()
    assert row.number in budi.get("/meja/?layanan=surat-keterangan-usaha").content.decode()
    assert "Tidak ada tugas dengan saringan ini" in budi.get("/meja/?layanan=lain").content.decode()


def chosen(page: Any, name: str) -> dict[str, tuple[int, bool]]:
    """Read a filter off a page: what there is to choose, how many tasks it would show, whether it is chosen."""
    (found,) = [one for one in page.context["filters"] if one.name == name]
    return {choice.words: (choice.count, choice.chosen) for choice in found.choices}


def test_filter_by_step_says_how_many_each_would_show(office: Office) -> None:
    first, second = office.case(), office.case()
    office.do(office.case(), office.cast.budi, result="complete")
    ready(office)
    ratna = office.enter(office.cast.ratna)
    page = ratna.get("/meja/")
    assert chosen(page, "langkah") == {"Putuskan": (1, False), "Tanda tangani surat": (1, False)}
    assert chosen(page, "jenis") == {"Hanya tanda tangan": (1, False)}
    page = ratna.get("/meja/?langkah=decide")
    assert [line.step for line in page.context["lines"]] == ["Putuskan"]
    assert chosen(page, "langkah")["Putuskan"] == (1, True)
    assert chosen(page, "jenis") == {}, "signing would show nothing beside this step"
    text = page.content.decode()
    assert "Menampilkan 1 dari 2 tugas." in text
    assert 'href="?meja=unit&amp;langkah=decide"' in text, "the other desk keeps the filter"
    budi = office.enter(office.cast.budi)
    numbers = {line.number for line in budi.get("/meja/?langkah=check").context["lines"]}
    assert numbers == {first.number, second.number}


def test_a_filter_that_shows_nothing_stays_to_be_seen_and_cleared(office: Office, budi: Client) -> None:
    office.case()
    page = budi.get("/meja/?meja=unit&langkah=decide&layanan=surat-keterangan-usaha")
    assert page.context["lines"] == []
    assert chosen(page, "langkah")["decide"] == (0, True)
    assert 'href="?meja=unit">Hapus saringan' in page.content.decode()


def test_filters_together_narrow_each_others_counts(office: Office, budi: Client) -> None:
    the_cast.open_service("surat-keterangan-domisili")
    office.case()
    page = budi.get("/meja/?layanan=lain")
    assert chosen(page, "langkah") == {}
    assert chosen(page, "layanan")["Surat Keterangan Usaha"] == (1, False)


def test_the_next_page_keeps_the_filter(office: Office, budi: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from balai.doors.desk.web import inbox

    for hour in range(3):
        office.case(ago=timedelta(hours=hour))
    monkeypatch.setattr(inbox, "PAGE", 1)
    onward = budi.get("/meja/?langkah=check").context["next"]
    assert "langkah=check" in onward
    assert "langkah=check" in budi.get(f"/meja/{onward}").context["first"]


def test_pages_follow_each_other_without_loss(office: Office, budi: Client, monkeypatch: object) -> None:
    from balai.doors.desk.web import inbox

    numbers = {office.case(ago=timedelta(hours=hour)).number for hour in range(5)}
    monkeypatch.setattr(inbox, "PAGE", 2)  # type: ignore[attr-defined]
    seen: list[str] = []
    address = "/meja/"
    for _ in range(4):
        page = budi.get(address)
        seen += [line.number for line in page.context["lines"]]
        if not page.context["next"]:
            break
        address = f"/meja/{page.context['next']}"
    assert sorted(seen) == sorted(numbers)


def test_a_broken_place_in_the_address_begins_at_the_top(office: Office, budi: Client) -> None:
    row = office.case()
    assert row.number in budi.get("/meja/?sesudah=kemarin~x").content.decode()


def test_release_then_claim_moves_a_task_between_the_desks(office: Office, budi: Client) -> None:
    row = office.case()
    task = row.open_tasks[0]
    posted = {"case": str(row.id), "token": task.token, "number": row.number}
    budi.post(f"/meja/berkas/{row.number}/lepas/", posted | {"command": str(uuid4())})
    assert queries.read_case(case_id=row.id).open_tasks[0].assignee_id is None
    assert "Ambil tugas" in budi.get("/meja/?meja=unit").content.decode()
    answer = budi.post("/meja/ambil/", posted | {"command": str(uuid4())})
    assert answer.headers["Location"] == f"/meja/berkas/{row.number}/"
    assert queries.read_case(case_id=row.id).open_tasks[0].assignee_id == office.cast.budi.person_id


@pytest.mark.parametrize("drawn", ["7K3MQ2XF", "FQDDXQEV"])
def test_search_finds_by_number_name_and_nik(
    office: Office, budi: Client, monkeypatch: pytest.MonkeyPatch, drawn: str
) -> None:
    monkeypatch.setattr(rules, "make_number", lambda short: f"{short}-{drawn[:4]}-{drawn[4:]}")
    row = office.case()
    assert budi.get(f"/meja/cari/?cari={row.number.lower()}").headers["Location"] == f"/meja/berkas/{row.number}/"
    bare = row.number.replace("-", "")
    for typed in (
        bare,
        bare.lower(),
        f" {row.number[:3]} {row.number[4:8]} {row.number[9:]} ",
        row.number.replace("-", "\u2013"),
    ):
        assert budi.get("/meja/cari/", {"cari": typed}).headers["Location"] == f"/meja/berkas/{row.number}/", typed
    for words in ("siti contoh", "9901014101900001"):
        assert row.number in budi.get("/meja/cari/", {"cari": words}).content.decode(), words
    assert "Tidak ada berkas yang cocok" in budi.get("/meja/cari/?cari=sit").content.decode()


def test_every_figure_opens_the_list_that_it_counts(office: Office) -> None:
    """And the list is kept on the way into a case, through a deed, and back."""
    rows = [office.case(ago=timedelta(days=days)) for days in (12, 11, 0)]
    ratna = office.enter(office.cast.ratna)
    budi = office.enter(office.cast.budi)
    for browser, desk in ((budi, ""), (budi, "meja=unit"), (ratna, "meja=semua")):
        page = browser.get(f"/meja/?{desk}")
        for tile in page.context["tiles"]:
            opened = browser.get(f"/meja/{tile.url}")
            assert len(opened.context["lines"]) == tile.count, (desk, tile.words)
    page = budi.get("/meja/?tampil=terlambat")
    first, second = page.context["lines"]
    case = budi.get(first.url)
    walk = case.context["walk"]
    assert (walk.position, walk.total, walk.after) == (1, 2, second.url)
    assert walk.back == "/meja/?tampil=terlambat"
    row = next(one for one in rows if one.number == first.number)
    task = row.open_tasks[0]
    sent = {
        "command": str(uuid4()), "token": task.token, "node": task.node, "version": row.service_key, "result": "complete",
    }  # fmt: skip
    query = case.context["walk"].query
    assert budi.post(f"/meja/berkas/{first.number}/kerjakan/{query}", sent).headers["Location"] == second.url
    row = next(one for one in rows if one.number == second.number)
    sent |= {"command": str(uuid4()), "token": row.open_tasks[0].token}
    done = budi.post(f"/meja/berkas/{second.number}/kerjakan/{query}", sent).headers["Location"]
    assert done == f"/meja/berkas/{second.number}/{query}&selesai=1", "the list is done, and nothing else is led to"


def test_a_list_is_kept_under_a_name_and_is_its_officers_alone(office: Office, budi: Client) -> None:
    sent = {"name": "  Yang terlambat ", "daftar": "meja=unit&tampil=terlambat&urut=lama&hal=9"}
    for _ in range(2):
        budi.post("/meja/daftar/simpan/", sent | {"command": str(uuid4())})
    (kept,) = budi.get("/meja/").context["views"]
    assert (kept[0].name, kept[1]) == ("Yang terlambat", "?meja=unit&tampil=terlambat&urut=lama")
    ratna = office.enter(office.cast.ratna)
    assert ratna.get("/meja/").context["views"] == []
    ratna.post("/meja/daftar/hapus/", {"command": str(uuid4()), "view": str(kept[0].id)})
    assert len(budi.get("/meja/").context["views"]) == 1
    for number in range(13):
        answer = budi.post("/meja/daftar/simpan/", {"name": f"Daftar {number}", "command": str(uuid4())}, follow=True)
    assert "Paling banyak 12" in answer.content.decode()
    budi.post("/meja/daftar/hapus/", {"command": str(uuid4()), "view": str(kept[0].id)})
    assert len(budi.get("/meja/").context["views"]) == 11


def test_parking_leads_on_and_a_refusal_keeps_the_form_open(office: Office, budi: Client) -> None:
    row, other = office.case(), office.case()
    sent = {"token": row.open_tasks[0].token, "why": "visit", "until": "2020-01-01", "command": str(uuid4())}
    refused = budi.post(f"/meja/berkas/{row.number}/parkir/", sent)
    assert refused.status_code == 422 and "Pilih hari sesudah hari ini" in refused.content.decode()
    sent |= {"until": (office.now + timedelta(days=3)).date().isoformat(), "command": str(uuid4())}
    assert budi.post(f"/meja/berkas/{row.number}/parkir/", sent).headers["Location"] == f"/meja/berkas/{other.number}/"
    (line,) = budi.get("/meja/?tampil=parkir").context["lines"]
    assert line.number == row.number and "Kunjungan lapangan" in line.parked and "Waktu layanan" in line.parked
    page = budi.get(f"/meja/berkas/{row.number}/").content.decode()
    assert "Kerjakan sekarang" in page


def test_many_tasks_are_taken_or_handed_over_at_once_after_a_look_and_each_is_told(office: Office) -> None:
    office.appoint(office.cast.joko, "clerk")
    rows = [office.case() for _ in range(3)]
    ratna, joko = office.enter(office.cast.ratna), office.cast.joko.person_id
    tasks = [str(line.task_id) for line in ratna.get("/meja/?meja=semua").context["lines"]]
    sent = {"task": [*tasks, "x"], "deed": "hand-over", "reason": "Cuti"}
    seen = ratna.post("/meja/sekaligus/?daftar=meja%3Dsemua", sent | {"command": str(uuid4())})
    assert all(row.number in seen.content.decode() for row in rows)

    def whose() -> list[object]:
        return [queries.read_case(case_id=row.id).open_tasks[0].assignee_id for row in rows]

    before = whose()
    office.do(
        rows[0], office.cast.budi if before[0] == office.cast.budi.person_id else office.cast.joko, result="complete"
    )
    sent |= {"sure": "1", "to": str(joko)}
    again = str(uuid4())
    told = [ratna.post("/meja/sekaligus/?daftar=meja%3Dsemua", sent | {"command": again}) for _ in range(2)]
    assert told[0].context["done"] == 2, "what is gone since is no part of it"
    assert [one.error for one in told[1].context["told"]] == ["", ""], "the same command twice is one deed"
    assert whose()[1:] == [joko, joko]
    refused = ratna.post(
        "/meja/sekaligus/?daftar=meja%3Dsemua", sent | {"to": str(office.cast.budi.person_id), "command": str(uuid4())}
    )
    assert refused.context["failed"] == 0
    lone = ratna.post("/meja/sekaligus/?daftar=meja%3Dsemua", sent | {"to": "", "command": str(uuid4())})
    assert lone.context["wanting"] and "Pilih kepada siapa" in lone.content.decode()
    board = ratna.get("/meja/papan/").context["rows"]
    assert {(row.name, row.count) for row in board} >= {("Budi Santoso Contoh", 2)}
    for row in board:
        assert len(ratna.get(row.url).context["lines"]) == row.count
    budi = office.enter(office.cast.budi)
    assert budi.get("/meja/papan/").status_code == 404
    hidden = budi.post("/meja/sekaligus/", sent | {"task": [str(uuid4())], "command": str(uuid4())})
    assert hidden.headers["Location"] == "/meja/"


def test_whoever_searches_all_day_is_told_when_to_come_back(
    office: Office, budi: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No list of people is made by typing names one after the other; each search is one row of the access log."""
    monkeypatch.setattr("balai.doors.desk.web.inbox.SEARCHES", 3)
    office.case()
    answers = [budi.get(f"/meja/cari/?cari={typed}").status_code for typed in ("siti", "budi", "joko", "ratna")]
    assert answers == [200, 200, 200, 429]
    assert budi.get("/meja/cari/").status_code == 200
