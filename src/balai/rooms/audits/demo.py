"""What was audited in the demonstration city: months of findings in every state, two samples, and one case put together."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.timezone import localdate

from balai.base import drills, journal_check, stories
from balai.base.actors import Actor
from balai.casework.cases import queries as cases
from balai.records.offices import actions as office_actions
from balai.records.offices import queries as offices
from balai.rooms.audits import actions, queries

WHY = "Surat tugas 700/12/Itda (contoh)"
# Weeks ago, source, title, condition, criteria, recommendation, and what was said to it: d done, x cannot; a accepted, r returned,
# i impossible.
FINDINGS = (
    (38, "bpk", "Nomor surat dibatalkan tanpa alasan yang jelas", "Tiga nomor surat dibatalkan dengan alasan satu kata.",
     "Tata naskah dinas: setiap nomor yang dibatalkan disertai alasannya.", "Wajibkan alasan yang dapat dibaca orang lain.", "da"),
    (31, "apip", "Berkas lewat waktu menumpuk pada awal bulan", "Satu dari delapan berkas lewat waktu pada pekan pertama.",
     "Standar pelayanan: tiga hari kerja.", "Tambah satu petugas pemeriksa pada pekan pertama setiap bulan.", "drda"),
    (26, "apip", "Jam layanan di papan berbeda dari jam di layanan daring", "Papan menyebut 15.00, layanan daring 16.00.",
     "Maklumat pelayanan: satu jam layanan untuk semua.", "Samakan jam di papan dengan jam di layanan daring.", "da"),
    (20, "bpk", "Ruang tunggu belum dapat dilalui kursi roda", "Ada dua anak tangga di pintu masuk.",
     "Pelayanan publik harus dapat digunakan semua orang.", "Bangun bidang landai di pintu masuk.", "xi"),
    (12, "apip", "Pembacaan data tanpa tujuan yang jelas", "Lima pembacaan memakai tujuan yang sama, kata demi kata.",
     "Setiap pembacaan disertai tujuannya.", "Latih petugas menulis tujuan sebelum membuka data.", ""),
    (5, "apip", "Foto lokasi sering buram", "Dari sampel 12 berkas, empat fotonya tidak terbaca.",
     "Petunjuk pemeriksaan lapangan: foto terang dan tajam.", "Beri contoh foto yang baik pada formulir.", "d"),
    (1, "apip", "Jawaban kepada pemohon tidak menyebut batas waktu", "Dua dari sepuluh jawaban tidak menyebutnya.",
     "Setiap permintaan kelengkapan menyebut batas waktunya.", "Tambahkan batas waktu pada naskah jawaban.", ""),
)  # fmt: skip
SAID = {
    "d": ("done", "Sudah dilaksanakan; bukti terlampir pada berkas unit."),
    "x": ("impossible", "Gedung adalah sewaan; pemilik tidak mengizinkan perubahan sampai akhir masa sewa."),
    "a": ("accepted", "Bukti sesuai dengan rekomendasi."),
    "r": ("returned", "Belum ada jadwal petugas. Lampirkan jadwal dua bulan ke depan."),
    "i": ("impossible", "Alasan dapat diterima; ditinjau lagi ketika sewa berakhir."),
}


@stories.story("room_audits.findings", order=80)
def audit(stage: stories.Stage) -> Iterator[None]:
    """Let Joko, who audits the city, draw samples and write findings; Ratna answers for her village office."""
    _appoint(stage)
    yield
    joko = stage.cast.joko.officer
    yield from _samples(stage, joko)
    unit = offices.get_unit_by_id(stage.cast.unit_id)
    for number, (weeks, source, title, condition, criteria, text, said) in enumerate(FINDINGS):
        at = stage.ago(weeks=weeks)
        finding = actions.open_finding(
            command_id=stage.id("find", number), actor=joko, now=at, source=source, unit_code=unit.code, received_on=localdate(at),
            told={"title": title, "condition": condition, "criteria": criteria}, recommendation=text,
        )  # fmt: skip
        _talk(stage, finding, number, at, said)
        yield


def _appoint(stage: stories.Stage) -> None:
    """Give Joko the auditor's post of the inspectorate."""
    post = next((one for one in offices.list_posts(offices.get_unit("inspektorat").id) if one.role == "auditor"), None)
    if post is not None and stage.first("appoint"):
        office_actions.appoint(
            command_id=stage.id("appoint"), actor=drills.DRILLER, now=stage.ago(weeks=52), post_id=post.id,
            person_id=stage.cast.joko.person_id, from_date=localdate(stage.ago(weeks=52)), basis="SK Contoh (demonstrasi)",
        )  # fmt: skip


def _samples(stage: stories.Stage, joko: Actor) -> Iterator[None]:
    """Draw one sample by a typed seed and one by the journal's head, and have a case of the first put together."""
    since, until = localdate(stage.ago(weeks=30)), localdate(stage.now)
    first = actions.draw_sample(
        command_id=stage.id("sample", 1),
        actor=joko,
        now=stage.ago(weeks=6),
        purpose=WHY,
        size=12,
        seed="contoh-2026",
        since=since,
        until=until,
    )
    yield
    if journal_check.read_global_head()[1]:
        actions.draw_sample(
            command_id=stage.id("sample", 2),
            actor=joko,
            now=stage.ago(days=2),
            purpose=WHY,
            size=5,
            since=since,
            until=until,
        )
    yield
    drawn = queries.get_sample(first).drawn
    if drawn and stage.first("dossier"):
        closed = [number for number in drawn if cases.get_listed(number).outcome == "granted"]
        actions.ask_dossier(
            command_id=stage.id("dossier"),
            actor=joko,
            now=stage.now,
            number=[*closed, *drawn][0],
            purpose=WHY,
            language="id",
        )
    yield


def _talk(stage: stories.Stage, finding: UUID, number: int, at: datetime, said: str) -> None:
    """Let the two sides speak, ten days apart."""
    one = queries.open_finding(finding).recommended[0].row
    for turn, sign in enumerate(said):
        kind, text = SAID[sign]
        when = at + timedelta(days=10 * (turn + 1))
        if when > stage.now:
            return
        told = {
            "command_id": stage.id("say", number, turn),
            "now": when,
            "finding_id": finding,
            "recommendation_id": one.id,
        }
        if sign in "dx":
            actions.answer(actor=stage.cast.ratna.officer, kind=kind, text=text, **told)  # type: ignore[arg-type]
        else:
            actions.settle(actor=stage.cast.joko.officer, verdict=kind, text=text, **told)  # type: ignore[arg-type]
