"""A village counter works a day while its line is cut: supplies in the morning, applications without a line, cases in the evening."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.browser import IN_A_BROWSER
from tests.cast import photo

from balai.casework.cases import queries
from balai.casework.cases.models import Case, DrawnNumber
from balai.doors.desk.tests.conftest import Office
from balai.doors.desk.tests.test_browser import chromium, enter, town
from balai.rooms.counterdays.models import Arrival

__all__ = ["chromium", "town"]
pytestmark = [*IN_A_BROWSER, pytest.mark.django_db(transaction=True)]
PIN = "246810"
NAMES = {"9901014506900009": "Warga Satu", "9901014506900017": "Warga Dua", "9901014506900025": "Warga Tiga"}
KEPT = """async () => {
  const ask = indexedDB.open('balai-loket'), base = await new Promise(done => { ask.onsuccess = () => done(ask.result); });
  const found = {};
  for (const name of base.objectStoreNames) found[name] = await new Promise(done => {
    const rows = base.transaction(name).objectStore(name).getAll(); rows.onsuccess = () => done(rows.result);
  });
  base.close();
  const text = value => value instanceof ArrayBuffer || ArrayBuffer.isView(value)
    ? new TextDecoder('latin1').decode(value) : value instanceof CryptoKey ? `key ${value.extractable}`
    : value && typeof value === 'object' ? Object.entries(value).map(([key, each]) => `${key}:${text(each)}`).join(' ') : String(value);
  return Object.fromEntries(Object.entries(found).map(([name, rows]) => [name, rows.map(text)]));
}"""


def stock_up(page: Any, server: Any, count: int = 5) -> None:
    page.goto(f"{server.url}/meja/loket/bekal/")
    page.get_by_label("Berapa nomor berkas?").fill(str(count))
    page.locator("#pin").fill(PIN)
    page.locator("#pin2").fill(PIN)
    page.get_by_role("button", name="Ambil bekal").click()
    page.wait_for_url("**/bekal/hari/")
    unlock(page)


def unlock(page: Any, pin: str = PIN) -> None:
    page.locator("#pin").fill(pin)
    page.get_by_role("button", name="Buka", exact=True).click()
    page.get_by_role("button", name="Terima permohonan").wait_for()


def date(page: Any, name: str, day: str, month: str, year: str) -> None:
    page.locator(f"#{name}-day").fill(day)
    page.locator(f"#{name}-month").select_option(month)
    page.locator(f"#{name}-year").fill(year)


def take(page: Any, tmp_path: Path, nik: str) -> tuple[str, str]:
    """Take an application at the counter, from the card to the receipt; give number and code as they were handed out."""
    picture = tmp_path / "foto.jpg"
    picture.write_bytes(photo())
    page.get_by_role("button", name="Terima permohonan").click()
    for label, value in (
        ("NIK", nik), ("Nama lengkap", NAMES[nik]), ("Tempat lahir", "Samarinda"),
        ("Alamat menurut KTP", "Jalan Contoh 9 RT 01"), ("Nomor telepon", "081200000009"),
    ):  # fmt: skip
        page.locator("#kartu").get_by_label(label).fill(value)
    date(page, "birth_date", "5", "6", "1990")
    page.get_by_label("Surat Keterangan Usaha").check()
    page.get_by_label("Saya melihat KTP-el asli").check()
    page.get_by_role("button", name="Lanjut ke formulir").click()
    assert page.locator("#isian").get_by_label("Nomor telepon").count() == 0, "what the card told is not asked twice"
    page.get_by_role("button", name="Periksa").click()
    assert page.locator("#isian .fault:visible").count() > 5, "what the browser can judge it judges"
    page.get_by_label("Nama usaha").fill("Kios Loket")
    page.get_by_label("Lainnya", exact=True).first.check()
    page.get_by_label("Sebutkan bidang usahanya").fill("Sewa tenda")
    page.get_by_label("Kelurahan tempat usaha").select_option("64.72.05.1003")
    page.get_by_label("Alamat tempat usaha").fill("Jalan Contoh 9 RT 01")
    date(page, "f-started_on", "31", "2", "2020")
    page.get_by_role("button", name="Periksa").click()
    page.get_by_text("Tanggal ini tidak ada").wait_for()
    date(page, "f-started_on", "1", "2", "2020")
    for name in ("has_partner", "has_nib"):
        page.locator(f"input[name=f-{name}][value=false]").check()
    page.locator("#isian").get_by_label("Mengajukan kredit usaha").check()
    page.locator("#f-rt_letter").set_input_files(picture)
    page.locator("#f-photo").set_input_files(picture)
    page.locator("#f-true_statement").check()
    page.get_by_role("button", name="Periksa").click()
    assert "Sewa tenda" in page.locator("#ringkasan").inner_text()
    page.get_by_role("button", name="Terima dan beri nomor").click()
    page.locator("#tanda").wait_for()
    assert page.locator("#tanda-qr path").get_attribute("d").startswith("M0 0h1v1")
    handed = page.locator("#tanda-nomor").inner_text(), page.locator("#tanda-kode").inner_text()
    page.get_by_role("button", name="Selesai").click()
    return handed


def test_a_day_without_a_line(chromium: Any, town: Office, live_server: Any, tmp_path: Path) -> None:
    page = enter(chromium, town, live_server, town.cast.budi, width=360)
    page.set_default_timeout(30_000)
    stock_up(page, live_server)
    line = page.context
    line.set_offline(True)
    assert page.evaluate("fetch('/meja/loket/bekal/garis/').then(() => 'a line', () => 'none')") == "none"
    page.goto(f"{live_server.url}/meja/loket/bekal/hari/")  # the page itself comes from the device
    assert "Tidak ada jaringan" in page.locator("#garis").inner_text()
    unlock(page)
    one, two, three = NAMES
    handed = [take(page, tmp_path, nik) for nik in (one, two, three, one)]
    assert len(set(handed)) == 4 and not Case.objects.exists()
    kept = page.evaluate(KEPT)
    sealed = json.dumps(kept)
    assert len(kept["cases"]) == 4 and "key false" in sealed and "key true" not in sealed
    assert not any(
        told in sealed for told in (*NAMES, *NAMES.values(), "Sewa tenda", PIN, *(code for _, code in handed))
    )
    page.get_by_role("button", name="Kirim sekarang").click()
    page.get_by_text("Belum ada jaringan").wait_for()
    page.complaints.clear()  # the browser itself tells of requests that did not get through
    line.set_offline(False)
    page.get_by_text("Semua terkirim").wait_for(timeout=30_000)
    came = list(Arrival.objects.order_by("arrived_at").values_list("number", "state", "why"))
    assert [why for _, _, why in came] == ["", "", "", "seen-open-case"]
    cases = {number: queries.read_case(number=number) for number, _ in handed[:3]}
    assert [cases[number].data["contact"]["track_code"] for number, _ in handed[:3]] == [code for _, code in handed[:3]]
    waiting = Arrival.objects.get(state="tray")
    assert (waiting.number, waiting.why, Case.objects.count()) == (handed[3][0], "seen-open-case", 3)
    assert page.evaluate(KEPT)["cases"] == [], "what arrived is wiped"
    page.get_by_role("button", name="Tutup hari").click()
    page.get_by_text("Hari ditutup").wait_for()
    assert sorted(DrawnNumber.objects.values_list("state", flat=True)) == ["unused", "unused", "used", "used", "used"]
    assert page.complaints == []


def test_a_form_half_filled_outlives_the_device(chromium: Any, town: Office, live_server: Any, tmp_path: Path) -> None:
    """The window is gone in the middle of a form, as when a battery is: it stands there again, and lay sealed meanwhile."""
    picture = tmp_path / "foto warung.jpg"
    picture.write_bytes(photo())
    page = enter(chromium, town, live_server, town.cast.budi)
    page.set_default_timeout(60_000)
    stock_up(page, live_server, 2)
    page.context.set_offline(True)
    nik = next(iter(NAMES))
    page.get_by_role("button", name="Terima permohonan").click()
    for label, value in (
        ("NIK", nik), ("Nama lengkap", NAMES[nik]), ("Tempat lahir", "Samarinda"), ("Alamat menurut KTP", "Jalan Contoh 9"),
    ):  # fmt: skip
        page.locator("#kartu").get_by_label(label).fill(value)
    date(page, "birth_date", "5", "6", "1990")
    page.get_by_label("Surat Keterangan Usaha").check()
    page.get_by_label("Saya melihat KTP-el asli").check()
    page.get_by_role("button", name="Lanjut ke formulir").click()
    page.get_by_label("Nama usaha").fill("Kios Setengah")
    page.get_by_label("Lainnya", exact=True).first.check()
    page.get_by_label("Sebutkan bidang usahanya").fill("Sewa tenda")
    date(page, "f-started_on", "1", "2", "2020")
    page.locator("input[name=f-has_nib][value=false]").check()
    page.locator("#f-photo").set_input_files(picture)
    page.wait_for_timeout(1500)
    kept = page.evaluate(KEPT)
    assert len(kept["sealed"]) == 2 and not kept["cases"]
    assert not any(told in json.dumps(kept) for told in (nik, NAMES[nik], "Kios Setengah", "foto warung"))

    context, faults = page.context, page.complaints
    page.close(run_before_unload=False)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{live_server.url}/meja/loket/bekal/hari/")
    unlock(page)
    assert NAMES[nik] in page.locator("#separuh").inner_text()
    page.get_by_role("button", name="Terima permohonan").click()
    page.get_by_text("Ada formulir yang belum selesai").wait_for()
    page.get_by_role("button", name="Lanjutkan mengisi").click()
    assert page.get_by_label("Nama usaha").input_value() == "Kios Setengah"
    assert page.get_by_label("Sebutkan bidang usahanya").input_value() == "Sewa tenda"
    assert [page.locator(f"#f-started_on-{part}").input_value() for part in ("day", "month", "year")] == [
        "1",
        "2",
        "2020",
    ]
    assert page.locator("input[name=f-has_nib][value=false]").is_checked()
    assert "foto warung.jpg" in page.locator(".pick:has(#f-photo)").inner_text()
    assert page.locator("#isian-nama").inner_text() == NAMES[nik]
    page.get_by_role("button", name="Kembali", exact=True).click()
    page.locator("#siapa [data-to=loket]").click()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Buang formulir ini").click()
    page.locator("#separuh").wait_for(state="hidden")
    assert len(page.evaluate(KEPT)["sealed"]) == 1, "thrown away, nothing of it is left"
    assert [one for one in faults if "ERR_INTERNET" not in one] == []


def test_what_waits_is_wiped_by_no_accident_and_comes_in_by_a_file(
    chromium: Any, town: Office, live_server: Any, tmp_path: Path
) -> None:
    page = enter(chromium, town, live_server, town.cast.budi)
    page.set_default_timeout(30_000)
    stock_up(page, live_server, 2)
    page.context.set_offline(True)
    number, _ = take(page, tmp_path, next(iter(NAMES)))
    with page.expect_download() as saving:
        page.get_by_role("button", name="Simpan ke berkas").click()
    saved = tmp_path / "loket.balai"
    saving.value.save_as(saved)
    assert b"Warga Satu" not in saved.read_bytes()
    page.get_by_role("button", name="Kunci", exact=True).click()  # else it is sent as soon as the line is back
    page.context.set_offline(False)
    page.goto(f"{live_server.url}/meja/")
    page.get_by_role("button", name="Keluar").click()
    page.get_by_text("1 permohonan di perangkat ini belum terkirim").wait_for()
    page.get_by_role("button", name="Buka dan kirim dulu").click()
    for left in (4, 3, 2, 1):
        page.locator("#pin").fill("000000")
        page.get_by_role("button", name="Buka", exact=True).click()
        page.get_by_text(f"Sisa {left} kali").wait_for()
    page.locator("#pin").fill("000000")
    page.get_by_role("button", name="Buka", exact=True).click()
    page.get_by_text("PIN salah lima kali").wait_for()
    assert not any(page.evaluate(KEPT).values()), "nothing is left for whoever stole the device"
    broken = tmp_path / "rusak.balai"
    broken.write_text(saved.read_text().replace('"data":"', '"data":"AAAA'))
    for file, said in ((broken, "atau rusak"), (saved, number)):
        page.goto(f"{live_server.url}/meja/loket/bekal/berkas/")
        page.get_by_label("Berkas dari perangkat").set_input_files(file)
        page.get_by_role("button", name="Impor").click()
        page.get_by_text(said).first.wait_for()
    assert queries.read_case(number=number).channel == "counter" and Arrival.objects.get().by_file
