"""A protected person's address and phone reach nobody but two posts: every address of the hall is walked, by everybody who may come."""

from collections.abc import Container
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from tests.cast import photo, sign_seen, sku_answers
from tests.matrix import Line, fill, read_lines, roles_of
from tests.world import HERE, PASSPHRASE, World, _do

from balai.base import readings as access
from balai.base.actors import ANONYMOUS, Actor
from balai.base.models import Access, SecurityEvent
from balai.base.outbox import Worker
from balai.casework.cases import actions as drafts
from balai.casework.cases import queries as cases
from balai.casework.cases.actions import Submission, submit
from balai.casework.cases.models import Draft
from balai.casework.notices.models import Notice
from balai.casework.readings import actions as judging
from balai.doors.desk.shown import evidence
from balai.records.documents import actions as filed
from balai.records.documents import queries as documents
from balai.records.offices import queries as offices
from balai.records.protection import actions as protection

# a letter in somebody's hand tells what it tells, and a guest keeps what they are writing themselves
LINES = [line for line in read_lines() if "{letter_code}" not in line.at and "{guest_draft}" not in line.at]
SEES = ("clerk", "ratna")  # who holds the two posts: another clerk's role in the unit, and its head
HERSELF = ("siti", "siti-reads", "siti-token")
PAPERS = ("/dokumen/", "/bukti/", "/pratinjau/", "/surat/", "konsep.")


def protect(world: World) -> None:
    """Let Ratna protect Siti for the two posts."""
    unit = offices.get_unit(HERE)
    posts = [one.id for one in offices.list_posts(unit.id) if one.role in ("section-head", "head", "kepala")]
    protection.protect(
        command_id=uuid4(), actor=world.cast.ratna.officer, now=world.now, person_id=world.cast.siti.person_id,
        kind="violence", reason="Perintah perlindungan sementara", post_ids=posts[:2],
        review_on=timezone.localdate(world.now) + timedelta(days=90),
    )  # fmt: skip


def needles(world: World) -> list[str]:
    """Write down what must not be shown: her record's address, phone and mail, and those of her application."""
    data = cases.read_case(number=world.things["case"]).data
    told = [data["applicant"]["address"], data["apply"]["business_address"], "81200000001", "siti@balai.example"]
    assert all(len(one) > 8 for one in told)
    return [str(one) for one in told]


def told(
    world: World, roles: tuple[str, ...] | None = None, among: Container[tuple[str, str]] | None = None,
    wanted: list[str] | None = None,
) -> dict[tuple[str, str], str]:  # fmt: skip
    """Ask every address as everybody but herself: what of hers each page shows, and which of her papers are sent."""
    found, guests = {}, wanted is not None
    wanted = wanted or needles(world)
    for line in LINES:
        for role in roles or roles_of(line.at):
            if role in HERSELF or role not in roles_of(line.at) or (line.answers["GET"][role] != "page" and not guests):
                continue
            if among is not None and (line.at, role) not in among:
                continue
            with world.undone():
                body, text = _ask(world, role, line)
            if text:
                hits = [one for one in wanted if one in body]
                if hits:
                    found[line.at, role] = hits[0]
            elif body and any(part in line.at for part in PAPERS) and "siti" not in line.at:
                found[line.at, role] = "a paper"
    return found


def _ask(world: World, role: str, line: Line) -> tuple[str, bool]:
    """Give what an address answers, and whether it is text; nothing of a refusal."""
    answer = world.browsers[role].get(fill(world, line.at))
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    if answer.status_code >= 400:
        return "", True
    kind = answer.headers.get("Content-Type", "")
    text = any(part in kind for part in ("html", "json", "csv", "text"))
    return bytes(raw).decode("utf-8", "replace") if text else "binary", text


def test_nobody_else_is_shown_where_she_is_and_the_two_posts_see_her(world: World) -> None:
    before = told(world)
    assert len({at for at, _ in before}) > 8, "or the test finds nothing that protection could hide"
    protect(world)
    assert {key: what for key, what in told(world, among=before).items() if key[1] not in SEES} == {}
    seen = {key for key in before if key[1] in SEES}
    assert told(world, SEES, among=before).keys() == seen and seen


def test_neither_name_nor_number_finds_her(world: World) -> None:
    protect(world)
    for typed in ("Siti Rahma", "9901014101900001"):
        page = world.browsers["budi"].get("/meja/cari/", {"cari": typed}).content.decode()
        assert world.things["case"] not in page
        page = world.browsers["ratna"].get("/meja/cari/", {"cari": typed}).content.decode()
        assert world.things["case"] in page
    card = {
        "nik": "9901014101900001",
        "birth_date-day": "1",
        "birth_date-month": "1",
        "birth_date-year": "1990",
        "seen": "1",
    }
    for at in ("/meja/loket/data-diri/", "/meja/loket/pemulihan/"):
        assert world.browsers["budi"].post(at, card).status_code == 422


def test_the_pages_that_were_open_before_are_closed(world: World) -> None:
    protect(world)
    for at in ("/meja/loket/data-diri/{held}/", "/meja/loket/pemulihan/{recovery}/", "/meja/pratinjau/{preview}/"):
        assert world.browsers["budi"].get(fill(world, at)).status_code in (403, 404)


def test_every_reading_raises_an_alarm(world: World) -> None:
    protect(world)
    before = SecurityEvent.objects.filter(kind="protected-read").count()
    for role in ("budi", "ratna"):
        world.browsers[role].get(fill(world, "/meja/berkas/{case}/"))
    kept = list(SecurityEvent.objects.filter(kind="protected-read").order_by("id"))[before:]
    assert [one.body["hidden"] for one in kept] == [True, False]
    assert {one.body["person"] for one in kept} == {str(world.cast.siti.person_id)}
    assert UUID(kept[0].actor.partition(":")[2]) == world.cast.budi.person_id


# ---- a guest: no account, no record, one case -------------------------------------------------------------------------

READERS = ("budi", "code", "auditor", "archivist", "budi-token")
ABOUT = {
    "name": "Joko Siti Contoh", "phone": "+6281377778888", "email": "", "nik": "9901014101900002",
    "birth_place": "Samarinda", "birth_date": "1990-01-01", "address": "Gang Rahasia 7",
}  # fmt: skip


def guest(world: World) -> tuple[str, list[str]]:
    """Bring a guest's two cases where Siti's are, one open and one signed, with an officer's words: (number, what must be hidden)."""
    cast, now = world.cast, world.now
    wrote = f"Pemohon tinggal di {ABOUT['address']}"
    for name in ("closed", "case"):
        code: list[str] = []
        draft, secret = drafts.start_draft(actor=ANONYMOUS, now=now, service_id="surat-keterangan-usaha", answers={})
        drafts.send_code(
            actor=ANONYMOUS, now=now, draft_id=draft, secret=secret, to=ABOUT["phone"], lang="id",
            write=lambda said, code=code: (code.append(said) or "Kode", said),
        )  # fmt: skip
        drafts.prove_contact(actor=ANONYMOUS, now=now, draft_id=draft, secret=secret, code=code[0])
        vault = Draft.objects.get(id=draft).vault_id

        def file(name: str, vault: UUID = vault) -> dict[str, object]:
            kept = filed.store(vault, BytesIO(photo()), name=name, actor=ANONYMOUS, now=now)
            return {
                "document": str(kept.id),
                "name": "rumah-gang-rahasia.jpg",
                "type": kept.media_type,
                "size": kept.size,
            }

        answers = sku_answers(file, business_name="Warung Gang Rahasia")
        made = submit(
            Submission(
                id=uuid4(), actor=ANONYMOUS, now=now, service_id="surat-keterangan-usaha", answers=answers, contact=ABOUT,
                draft_id=draft,
            )
        )  # fmt: skip
        if name == "closed":
            _do(world, made.case_id, cast.budi, result="complete")
            _do(world, made.case_id, cast.ratna, outcome="grant", reason=wrote)
            token = cases.read_case(case_id=made.case_id).open_tasks[0].token
            signed = sign_seen(cast.ratna.officer, made.case_id, token, PASSPHRASE, now)
            world.things |= {"letter": str(signed.letter.id)}
        Worker().drain(now)
        row = cases.read_case(case_id=made.case_id)
        file_id = str(documents.list_documents(row.vault_id)[0].id)
        world.things |= {
            name: row.number,
            f"{name}_id": str(row.id),
            ("file" if name == "case" else "closed_file"): file_id,
        }
    world.things |= {
        "track_code": row.data["contact"]["track_code"], "case_token": row.open_tasks[0].token,
        "preview": evidence.sign_preview(UUID(file_id), cast.budi.person_id),
    }  # fmt: skip
    world.browsers["code"].post("/lacak/", {"nomor": row.number, "kode": world.things["track_code"]})
    cases.audit_case(as_officer(world, "auditor"), row.number, now=now, purpose=wrote)
    business = row.data["apply"]["business_address"]
    return row.number, ["Gang Rahasia", "gang-rahasia", business, "81377778888", ABOUT["name"], row.holder_masked]


def as_officer(world: World, who: str) -> Actor:
    return Actor("officer", "desk", UUID(world.things[f"{who}_person"]), second_factor=True)


def protect_cases(world: World) -> None:
    """Let Ratna protect both cases on the page, by their numbers."""
    unit = offices.get_unit(HERE)
    posts = [one.id for one in offices.list_posts(unit.id) if one.role in ("section-head", "head", "kepala")]
    for name in ("case", "closed"):
        sent = {
            "whom": world.things[name], "kind": "violence", "reason": "Perintah perlindungan sementara",
            "first_post": posts[0], "second_post": posts[1], "command": uuid4(),
            "review_on": (timezone.localdate(world.now) + timedelta(days=90)).isoformat(),
        }  # fmt: skip
        assert world.browsers["ratna"].post("/meja/perlindungan/tetapkan/", sent).status_code == 302


@pytest.mark.usefixtures("no_words")  # of a refusal nothing is looked at
def test_a_guests_case_shows_nobody_else_who_and_where_they_are(world: World) -> None:
    number, wanted = guest(world)
    before = told(world, READERS, wanted=wanted)
    assert len({at for at, _ in before}) > 8, "or the test finds nothing that protection could hide"
    protect_cases(world)
    assert told(world, READERS, among=before, wanted=wanted) == {}
    mine = world.browsers["ratna"].get(fill(world, "/meja/berkas/{case}/")).content.decode()
    assert all(one in mine for one in ("Gang Rahasia", ABOUT["name"])), "the two posts go on seeing"
    page = world.browsers["budi"].get("/meja/cari/", {"cari": ABOUT["name"]}).content.decode()
    assert number not in page
    listed = world.browsers["ratna"].get("/meja/perlindungan/").content.decode()
    assert number in listed


def test_every_reading_of_a_guests_case_raises_an_alarm(world: World) -> None:
    guest(world)
    protect_cases(world)
    began = SecurityEvent.objects.count()
    last = access.find_last()
    for role in ("budi", "ratna"):
        world.browsers[role].get(fill(world, "/meja/berkas/{case}/"))
    kept = [one.body for one in SecurityEvent.objects.order_by("id")[began:] if one.kind == "protected-read"]
    vault = str(cases.read_case(number=world.things["case"]).vault_id)
    assert kept == [{"vault": vault, "hidden": True}, {"vault": vault, "hidden": False}]
    for row in Access.objects.filter(id__gt=last):
        judging.judge(row, now=world.now)
    assert (
        Notice.objects.filter(person_id=world.cast.ratna.person_id, event=judging.ALARMED, channel="desk").count() >= 2
    )
