"""What people wrote to each other in the demonstration city: a question answered, one that waits, one that is late, and officers among themselves."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from balai.base import stories
from balai.base.actors import Actor
from balai.casework.cases import queries as cases
from balai.rooms.messages import actions
from balai.rooms.messages.models import INTERNAL

# Who writes what, so many hours after the one before: the applicant (a), the clerk (c), the head (h); "i" is among officers.
TALKS = (
    (
        ("a", 2, "Selamat siang. Apakah berkas yang saya unggah sudah cukup jelas?"),
        ("c", 5, "Selamat siang. Sudah, terima kasih. Kami periksa hari ini."),
        ("a", 1, "Terima kasih banyak."),
        (
            "ci",
            1,
            "Bu Ratna, alamat pada permohonan berbeda dengan alamat di KTP. Menurut saya tidak apa-apa, karena pemohon sudah menjelaskannya.",
        ),
        ("hi", 3, "Setuju, lanjutkan."),
    ),
    (("a", 3, "Bolehkah hasilnya diambil oleh ibu saya? Saya bekerja di luar kota sampai Jumat."),),
    (
        ("ci", 2, "Pemohon menelepon; ia akan mengunggah ulang fotonya malam ini."),
        ("c", 1, "Foto kedua belum terbaca. Mohon unggah ulang, cukup dengan kamera telepon."),
    ),
)


@stories.story("room_messages.talks", order=60)
def talk(stage: stories.Stage) -> Iterator[None]:
    """Let people write on Siti's cases and on those that lie on Budi's desk."""
    found = list(cases.list_cases_of(stage.cast.siti.person_id))
    for one, talked in zip(found, TALKS, strict=False):
        yield from _write(stage, one.number, talked, one.submitted_at)
    # on three cases of Budi's desk, whichever lie there when each is asked for the first time
    waiting = [one for one in cases.list_inbox(stage.cast.budi.person_id, now=stage.now, limit=6) if one.case_id]
    open_ones = [one for one in waiting if cases.read_case(case_id=one.case_id).applicant_id is not None]
    for slot, one in zip(range(3), open_ones, strict=False):
        if not stage.first("desk", slot):
            continue
        applicant = cases.read_case(case_id=one.case_id).applicant_id
        actions.write(
            command_id=stage.id("desk", slot), actor=Actor("person", "portal", person_id=applicant),
            now=max(one.submitted_at, stage.ago(days=4 * slot, hours=1)), number=one.number, text=TALKS[1][0][2],
        )  # fmt: skip
        yield


def _write(
    stage: stories.Stage, number: str, talked: tuple[tuple[str, int, str], ...], start: datetime
) -> Iterator[None]:
    row, moment = cases.read_case(number=number), start
    for line, (who, hours, text) in enumerate(talked):
        moment += timedelta(hours=hours)
        if moment > stage.now:
            return
        actor = _actor(stage, who, row)
        if actor is not None:
            actions.write(
                command_id=stage.id(number, line), actor=actor, now=moment, number=number, text=text,
                kind=INTERNAL if who.endswith("i") else "public",
                named=[str(stage.cast.ratna.person_id)] if who == "ci" else (),
            )  # fmt: skip
        yield


def _actor(stage: stories.Stage, who: str, row: cases.CaseRow) -> Actor | None:
    if who == "a":
        return Actor("person", "portal", person_id=row.applicant_id) if row.applicant_id else None
    return (stage.cast.ratna if who.startswith("h") else stage.cast.budi).officer
