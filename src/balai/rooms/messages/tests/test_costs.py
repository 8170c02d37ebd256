"""What the pages of messages ask of the database: fixed, however much is written; and what their cards add to a case's page."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service, photo
from tests.costs import count, count_card, read_only
from tests.sessions import sign_in

from balai.casework.cases import queries as cases
from balai.records.documents import actions as documents
from balai.rooms.messages import actions, queries
from balai.rooms.messages.models import INTERNAL
from balai.rooms.messages.web import files

pytestmark = pytest.mark.django_db

CITIZEN = {"/berkas/{number}/pesan/": 11}
DESK = {
    "/meja/pesan/": 7, "/meja/berkas/{number}/pesan/": 20, "/meja/berkas/{number}/rembuk/": 23, "/meja/loket/pesan/": 5,
    "/meja/loket/pesan/{number}/": 16,
}  # fmt: skip
FILES = {
    "/berkas/{number}/pesan/berkas/{file}/": 15, "/meja/berkas/{number}/pesan/berkas/{file}/": 21,
    "/meja/berkas/{number}/rembuk/berkas/{file}/": 21, "/meja/berkas/{number}/pesan/berkas/{file}/asli/": 25,
    "/meja/berkas/{number}/rembuk/berkas/{file}/asli/": 25,
}  # fmt: skip
SIGHTS = {"/meja/pesan/gambar/{sight}/": 5}
CARDS = {"/berkas/{number}/": 2, "/meja/berkas/{number}/": 2}


@pytest.fixture
def cast() -> Cast:
    return make_cast(NOW)


@pytest.fixture
def number(cast: Cast) -> str:
    """Give a case with a message and a file in each thread."""
    open_service()
    number = apply_for_sku(cast).number
    say(cast, number)
    return number


def say(cast: Cast, number: str) -> None:
    """Write one message on each side and one among officers."""
    actions.write(
        command_id=uuid4(), actor=cast.siti.citizen, now=NOW, number=number, text="Kapan?", files=[kept(cast, number)]
    )
    actions.write(command_id=uuid4(), actor=cast.budi.officer, now=NOW, number=number, text="Besok")
    actions.write(
        command_id=uuid4(), actor=cast.budi.officer, now=NOW, number=number, text="Rembuk", kind=INTERNAL,
        files=[kept(cast, number)], named=[str(cast.ratna.person_id)],
    )  # fmt: skip


def kept(cast: Cast, number: str) -> queries.File:
    """Keep a file under a case's key."""
    vault = cases.read_case(number=number).vault_id
    one = documents.store(vault, BytesIO(photo()), name="foto.jpg", actor=cast.siti.citizen, now=NOW)
    return queries.File(one.id, "foto.jpg", one.size, one.media_type)


@pytest.mark.parametrize(("address", "cost"), [*CITIZEN.items(), *DESK.items()])
def test_a_page_costs_the_same_however_much_is_written(cast: Cast, number: str, address: str, cost: int) -> None:
    client = sign_in(cast.siti if address in CITIZEN else cast.budi)
    code = cases.read_case(number=number).data["contact"]["track_code"]
    client.post("/meja/loket/pesan/", {"number": number, "code": code})
    at = address.format(number=number)
    assert count(client, at) == cost
    for _ in range(3):
        say(cast, number)
    assert count(client, at) == cost


@pytest.mark.parametrize(("address", "cost"), FILES.items())
def test_a_file_costs_what_it_says(cast: Cast, number: str, address: str, cost: int) -> None:
    kind = INTERNAL if "rembuk" in address else "public"
    (file, *_) = [
        file for one in queries.open_thread(cast.budi.officer, number, now=NOW, kind=kind).written for file in one.files
    ]
    client = sign_in(cast.budi if address.startswith("/meja") else cast.siti)
    assert count(client, address.format(number=number, file=file.document_id)) == cost


@pytest.mark.parametrize(("address", "cost"), SIGHTS.items())
def test_a_picture_of_a_page_costs_little(cast: Cast, number: str, address: str, cost: int) -> None:
    (file, *_) = [one for each in queries.open_thread(cast.budi.officer, number, now=NOW).written for one in each.files]
    sight = files.sign_sight(file.document_id, cast.budi.person_id)
    assert count(sign_in(cast.budi), address.format(sight=sight)) == cost


@pytest.mark.parametrize(("address", "cost"), CARDS.items())
def test_a_card_adds_to_a_cases_page_what_it_says(cast: Cast, number: str, address: str, cost: int) -> None:
    client, at = sign_in(cast.budi if address.startswith("/meja") else cast.siti), address.format(number=number)
    place = "case.officer" if address.startswith("/meja") else "case.citizen"
    assert count_card(client, at, place, "messages") == cost


def test_a_new_message_is_read_while_the_hall_is_read_only_and_stays_new(cast: Cast, number: str) -> None:
    later = NOW + timedelta(hours=1)
    actions.write(command_id=uuid4(), actor=cast.budi.officer, now=later, number=number, text="Sudah siap")
    with read_only():
        assert sign_in(cast.siti).get(f"/berkas/{number}/pesan/").status_code == 200
    view = queries.open_thread(cast.siti.citizen, number, now=later)
    assert view.unread(cast.siti.person_id)
