"""A protected person's address and phone reach nobody but two posts: every address of the hall is walked, by everybody who may come."""

from collections.abc import Container
from datetime import timedelta
from uuid import UUID, uuid4

from django.utils import timezone
from tests.matrix import Line, fill, read_lines, roles_of
from tests.world import HERE, World

from balai.base.models import SecurityEvent
from balai.casework.cases import queries as cases
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
    world: World, roles: tuple[str, ...] | None = None, among: Container[tuple[str, str]] | None = None
) -> dict[tuple[str, str], str]:
    """Ask every address as everybody but herself: what of hers each page shows, and which of her papers are sent."""
    found, wanted = {}, needles(world)
    for line in LINES:
        for role in roles or roles_of(line.at):
            if role in HERSELF or role not in roles_of(line.at) or line.answers["GET"][role] != "page":
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


def test_nobody_else_is_shown_where_she_is(world: World) -> None:
    before = told(world)
    assert len({at for at, _ in before}) > 8, "or the test finds nothing that protection could hide"
    protect(world)
    assert {key: what for key, what in told(world, among=before).items() if key[1] not in SEES} == {}


def test_the_two_posts_see_her(world: World) -> None:
    before = told(world, SEES)
    protect(world)
    assert told(world, SEES).keys() == before.keys() and before


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
