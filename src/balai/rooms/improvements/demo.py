"""What people found wrong on pages of the demonstration city, and what became of it."""

from collections.abc import Iterator

from balai.base import stories
from balai.base.actors import Actor
from balai.rooms.improvements import actions, queries

GUEST = Actor("anonymous", "portal")
TOLD = (
    ("/layanan/<str:service_id>/", "Jam buka loket tidak disebut di halaman ini.", "done", "Jam buka loket", "Jam buka kini ada di kaki halaman."),
    ("/lacak/", "Kode di SMS saya sulit dibaca, angka nol dan huruf O mirip.", "accepted", "Kode pelacakan", ""),
    ("/permohonan/<uuid:draft_id>/<str:page_id>/", "Foto dari kamera saya ditolak terus padahal jelas.", "", "", ""),
)  # fmt: skip


@stories.story("room_improvements.told", order=75)
def tell(stage: stories.Stage) -> Iterator[None]:
    """Report three things: one mended, one accepted, one new."""
    for slot, (page, text, state, subject, words) in enumerate(TOLD):
        if stage.first(slot):
            at = stage.ago(days=20 - 6 * slot)
            before = {one.id for one in queries.list_all()}
            actions.report(command_id=stage.id("report", slot), actor=GUEST, now=at, page=page, text=text, contact="")
            (made,) = {one.id for one in queries.list_all()} - before
            if state:
                actions.answer(
                    command_id=stage.id("answer", slot), actor=stage.cast.budi.officer, now=stage.ago(days=18 - 6 * slot),
                    report_id=made, state=state, subject=subject, answer=words,
                )  # fmt: skip
        yield
