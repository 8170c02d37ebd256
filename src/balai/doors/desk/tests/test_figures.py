"""The figures show by which channel applications came, in a picture and a table, without telling of a handful of people."""

import csv
import html
import io
import re
from datetime import timedelta

import pypdfium2
import pytest
from django.test import Client
from tests.cast import sign_seen

from balai.base.errors import Invalid
from balai.casework.cases.models import Case
from balai.casework.issuing import actions as issuing
from balai.casework.issuing import press
from balai.casework.issuing.models import Letter

from .conftest import Office
from .test_sign import PASSPHRASE, ready


def test_take_up_stands_in_a_picture_and_a_table(office: Office, budi: Client) -> None:
    ids = [office.case().id for _ in range(8)]
    Case.objects.filter(id__in=ids[:2]).update(channel="counter")
    answer = budi.get("/meja/angka/")
    page = answer.content.decode()
    assert "Jalur masuk" in page and "&lt;5" in page
    columns, ((unit, *cells),) = answer.context["by_channel"]
    assert [one.text for one in cells] == ["≥5", "<5", "0", "8"] and unit.text == "Kelurahan Lempake"
    assert [bar.value for bar in answer.context["channels"]] == ["≥5", "<5", "0"]
    assert len(columns) == 5 and answer.context["from_afar"] == ()
    _, ((service, *cells),) = answer.context["by_service_channel"]
    assert (service.text, [one.text for one in cells]) == ("Surat Keterangan Usaha", ["≥5", "<5", "0", "0", "8"])
    heading, row = rows_of(budi.get("/meja/angka/jalur-layanan.csv").content)
    assert heading[-2:] == ["Selesai", "Masuk"] and row == ["Surat Keterangan Usaha", "≥5", "<5", "0", "0", "8"]


def test_the_share_from_afar_is_told_from_twenty_applications_on(office: Office, budi: Client) -> None:
    ids = [office.case().id for _ in range(20)]
    Case.objects.filter(id__in=ids[:7]).update(channel="counter")
    answer = budi.get("/meja/angka/")
    (bar,) = answer.context["from_afar"]
    assert (bar.label, bar.value, bar.share) == ("Kelurahan Lempake", "60 %", 60.0)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_take_up_goes_along_as_it_is_shown(office: Office, budi: Client) -> None:
    ids = [office.case().id for _ in range(8)]
    Case.objects.filter(id__in=ids[:2]).update(channel="counter")
    heading, row = rows_of(budi.get("/meja/angka/jalur.csv").content)
    assert heading[0] == "Menurut unit" and heading[-1] == "Masuk"
    assert row == ["Kelurahan Lempake", "≥5", "<5", "0", "8"]


@pytest.mark.parametrize(
    ("table", "first"), [("layanan", "Surat Keterangan Usaha"), ("unit", "Kelurahan Lempake"), ("bulan", None)]
)
def test_each_table_goes_along_with_its_counts(office: Office, budi: Client, table: str, first: str | None) -> None:
    done = [office.case().id for _ in range(3)]
    Case.objects.filter(id__in=done[:1]).update(sent_back=1)
    heading, row = rows_of(budi.get(f"/meja/angka/{table}.csv").content)
    assert len(heading) == len(row) == 8
    assert row[0] == first if first else row[0].startswith("20")
    assert row[1:5] == ["3", "0", "3", "0"] and row[5:] == ["", "", "1"]


def test_what_goes_along_is_what_was_chosen_on_the_page(office: Office, budi: Client) -> None:
    office.case()
    page = budi.get("/meja/angka/?rentang=30&layanan=tidak-ada-yang-ini").content.decode()
    assert "/meja/angka/jalur.csv" not in page, "nothing came in, so there is nothing to take along"
    page = budi.get("/meja/angka/?rentang=30&layanan=surat-keterangan-usaha").content.decode()
    assert "/meja/angka/jalur.csv?rentang=30&amp;unit=" in page and "layanan=surat-keterangan-usaha" in page
    assert len(rows_of(budi.get("/meja/angka/jalur.csv?layanan=tidak-ada").content)) == 1


def test_what_is_late_is_counted_however_old_it_is_and_every_number_opens_its_cases(
    office: Office, budi: Client, ratna: Client
) -> None:
    old, fresh = office.case(ago=timedelta(days=400)), office.case()
    Case.objects.filter(id=old.id).update(due_at=office.now - timedelta(days=390))
    answer = budi.get("/meja/angka/?rentang=30")
    page = answer.content.decode()
    overdue, running, received = answer.context["sums"][:3]
    assert (overdue.value, running.value, received.value) == ("1", "2", "1"), "older than the span, and still late"
    assert [row[1].text for row in answer.context["ages"][1]] == ["1", "0", "0", "0", "1"]
    assert answer.context["loads"] == () and "Beban petugas" in ratna.get("/meja/angka/").content.decode()
    for link, numbers in (
        (overdue.url, [old.number]),
        (running.url, [old.number, fresh.number]),
        (received.url, [fresh.number]),
    ):
        behind = budi.get(link).content.decode()
        assert re.findall(r"/meja/berkas/([^/]+)/", behind) == numbers
    urls = [*re.findall(r'href="(/meja/angka/berkas/[^"]+)"', page)]
    assert len(urls) == 6 + 2 + 3 * 2 and all(budi.get(html.unescape(url)).status_code == 200 for url in urls)
    assert "Siti" not in budi.get(running.url).content.decode(), "and the list is masked"


def test_every_number_of_the_tables_opens_its_cases(office: Office, budi: Client) -> None:
    late, kept, back, _ = rows = [office.case(ago=timedelta(days=days)) for days in (40, 40, 3, 0)]
    now = office.now
    closed = {"status": "closed", "outcome": "granted", "closed_at": now - timedelta(days=9)}
    Case.objects.filter(id=late.id).update(**closed, due_at=now - timedelta(days=10))
    Case.objects.filter(id=kept.id).update(**closed, due_at=now - timedelta(days=8))
    Case.objects.filter(id=back.id).update(sent_back=1, due_at=now - timedelta(days=1))
    answer = budi.get("/meja/angka/")
    seen = {}
    for name in ("by_service", "by_unit", "by_month"):
        columns, lines = answer.context[name]
        for line in lines:
            for column, cell in zip(columns[1:], line[1:], strict=True):
                assert bool(cell.url) == (cell.text not in ("0", "—")), (name, column.label, cell)
                if cell.url:
                    found = [one.number for one in budi.get(cell.url).context["rows"]]
                    counted = {"Median hari": 2, "Tepat waktu": 1}.get(column.label, cell.text)
                    assert name == "by_month" or len(found) == int(counted), (name, column.label)
                    seen.setdefault((name, column.label), []).extend(found)
    for name in ("by_service", "by_unit", "by_month"):
        assert sorted(seen[name, "Masuk"]) == sorted(row.number for row in rows)
        assert seen[name, "Tepat waktu"] == [kept.number] and seen[name, "Lewat waktu"] == [back.number]
    tile = next(one for one in answer.context["sums"] if one.value == "50 %")
    assert "lihat yang lewat waktu" in tile.text and tile.url.endswith("late")
    assert [one.number for one in budi.get(tile.url).context["rows"]] == [late.number]
    assert budi.get("/meja/angka/berkas/?apa=closed&menurut=warna&kelompok=1").status_code == 404


def test_who_has_no_business_with_a_service_sees_its_count_and_none_of_its_cases(office: Office) -> None:
    row = office.case()
    office.appoint(office.cast.joko, "counter")
    page = office.enter(office.cast.joko).get("/meja/angka/berkas/?apa=open").content.decode()
    assert row.number not in page and "1 berkas tidak ditampilkan" in page


def test_the_register_holds_every_number_and_names_holders_to_whom_the_case_is_open(
    office: Office, ratna: Client
) -> None:
    rows = [ready(office), ready(office, "refuse"), ready(office)]
    head = office.cast.ratna.officer
    issuing.enroll_signer(actor=head, now=office.now, name="Ratna", organisation="Kelurahan", passphrase=PASSPHRASE)
    for row in rows[:2]:
        sign_seen(head, row.id, row.open_tasks[0].token, PASSPHRASE, office.now)
    kept = issuing.reserve(actor=head, now=office.now, case_id=rows[2].id, token=rows[2].open_tasks[0].token)
    issuing.void(actor=head, now=office.now, letter_id=kept.id, reason="Salah unit")
    _, *lines = rows_of(ratna.get("/meja/angka/register/?csv=1").content)
    assert [line[0] for line in lines] == [one.number for one in Letter.objects.order_by("seq")]
    assert [line[3] for line in lines] == ["S*** R*** C***"] * 3 and "Salah unit" in lines[2][5]
    office.appoint(office.cast.joko, "counter")
    joko = office.enter(office.cast.joko)
    _, *masked = rows_of(joko.get("/meja/angka/register/?csv=1").content)
    assert [line[3] for line in masked] == [""] * 3 and [line[0] for line in masked] == [line[0] for line in lines]
    report = ratna.get("/meja/angka/laporan/").content.decode()
    assert "2 ditandatangani, 1 nomor dibatalkan" in report
    for address in ("laporan", "register"):
        paper = ratna.get(f"/meja/angka/{address}/?pdf=1")
        assert (paper.headers["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
        said = words_of(paper.content)
        assert ("2 ditandatangani, 1 nomor dibatalkan" if address == "laporan" else lines[2][0]) in said
        assert "Siti" not in said and "Kelurahan Lempake" in said
    for month in ("2019-01", "Januari 2019", "1/2019"):
        old = ratna.get("/meja/angka/register/", {"bulan": month}).content.decode()
        assert "Belum ada nomor surat" in old and 'value="Januari 2019"' in old and "tidak terbaca" not in old
    for address in ("laporan", "register"):
        wrong = ratna.get(f"/meja/angka/{address}/?bulan=kemarin").content.decode()
        assert "Bulan itu tidak terbaca" in wrong and 'value="kemarin"' in wrong and 'aria-invalid="true"' in wrong
        assert ratna.get(f"/meja/angka/{address}/?bulan=9999-12").status_code == 200


def words_of(pdf: bytes) -> str:
    """Read the words of a PDF, each run of blanks one."""
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def test_a_report_that_cannot_be_set_says_so_on_its_page(
    office: Office, ratna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> bytes:
        raise Invalid("letter-too-slow")

    monkeypatch.setattr(press, "render", broken)
    answer = ratna.get("/meja/angka/laporan/?pdf=1&bulan=2026-03", follow=True)
    assert (
        answer.redirect_chain[0][0].startswith("/meja/angka/laporan/?")
        and "bulan=2026-03" in answer.redirect_chain[0][0]
    )
    assert 'class="notice bad"' in answer.content.decode()
