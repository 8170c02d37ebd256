"""A letter shown by a link: to whoever has it, for as long as its holder wants, and never without the holder seeing it."""

from datetime import timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest
from django.test import Client
from tests.cast import NOW, Cast
from tests.sessions import sign_in

from balai.base import crypto
from balai.base.errors import Conflict, Invalid, NotFound
from balai.base.models import Access, Entry
from balai.base.outbox import Worker
from balai.casework.archive import actions as archive
from balai.casework.cases import queries as cases
from balai.casework.issuing.models import Letter
from balai.casework.issuing.tests import story
from balai.doors.console.demo.cast import CONSOLE
from balai.rooms.sharing import actions, queries, rules
from balai.rooms.sharing.models import Share

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return story.stage()


@pytest.fixture
def letter(cast: Cast) -> Letter:
    return story.sign(cast, *story.to_sign(cast)).letter


def make(cast: Cast, letter: Letter, days: int = 7, command: UUID | None = None) -> str:
    """Let Siti make a link; give its secret."""
    return actions.make(
        command_id=command or uuid4(), actor=cast.siti.citizen, now=NOW, number=letter.case.number, letter_id=letter.id,
        days=days,
    )[1]  # fmt: skip


def test_a_link_shows_the_letter_to_a_stranger_and_the_holder_sees_that(cast: Cast, letter: Letter) -> None:
    siti, bank = sign_in(cast.siti), Client()
    number = cases.read_case(case_id=letter.case_id).number
    at = f"/berkas/{number}/surat/{letter.id}/bagikan/"
    assert at in siti.get(f"/berkas/{number}/").content.decode(), "the case's page leads there"
    command = str(uuid4())
    for _ in range(2):  # a second click is the same deed
        assert siti.post(at, {"command": command, "days": "7"}).status_code == 302
    mine = siti.get(at)
    page = unescape(mine.content.decode())
    assert mine["Referrer-Policy"] == "same-origin" and "no-referrer" not in page, (
        "browsers send its forms as from nowhere else"
    )
    (share,) = Share.objects.all()
    address = page.partition("/bagikan/")[2] and page.partition('id="link-1">http')[2].partition("<")[0]
    path = "/bagikan/" + address.rpartition("/bagikan/")[2]
    secret = path.rpartition("/")[2]
    assert rules.read_secret(secret) and len(secret) * 5 >= 128, "bits of the secret"
    assert bytes(share.key_hash) == crypto.lookup_hash("letter-share", secret)
    assert secret not in str(list(Share.objects.values())) + str(list(Entry.objects.values("body", "stream")))

    seen = bank.get(path)
    words = seen.content.decode()
    assert seen.status_code == 200 and letter.number in words and letter.title in words
    assert (seen["Referrer-Policy"], "noindex" in seen["X-Robots-Tag"]) == ("no-referrer", True)
    assert "no-store" in seen["Cache-Control"] and 'name="robots" content="noindex' in words
    file = bank.get(f"{path}/surat.pdf")
    assert file.content.startswith(b"%PDF") and file["Content-Type"] == "application/pdf"
    assert "noindex" in file["X-Robots-Tag"]

    looks = Access.objects.filter(object=f"letter:{letter.id}", purpose=queries.PURPOSE, person_id=cast.siti.person_id)
    assert looks.count() == 2, "page and file"
    assert "Dibuka 1 kali" in siti.get(at).content.decode()
    for told in ("/akun-saya/dilihat/", f"/berkas/{number}/dilihat/"):
        words = siti.get(told).content.decode()
        assert "Membuka surat yang dibagikan" in words and "Pemegang tautan yang Anda bagikan" in words, told


def test_a_link_ends_by_itself_or_by_its_holder_and_does_not_say_whose_it_was(cast: Cast, letter: Letter) -> None:
    first, second = make(cast, letter, days=1), make(cast, letter)
    states = [queries.find_state(first, NOW + timedelta(hours=hours))[1] for hours in (23, 24)]
    assert states == ["open", "expired"]
    Share.objects.filter(key_hash=queries.hash_of(first)).update(until=NOW)
    Share.objects.filter(key_hash=queries.hash_of(second)).update(
        until="2099-01-01T00:00:00Z"
    )  # the pages ask the clock
    share = Share.objects.get(key_hash=queries.hash_of(second))
    number = letter.case.number
    sign_in(cast.siti).post(f"/berkas/{number}/surat/{letter.id}/bagikan/{share.id}/tarik/", {"command": str(uuid4())})
    share.refresh_from_db()
    assert share.withdrawn_at
    for secret, words, status in (
        (first, "habis masanya", 410),
        (second, "sudah ditarik", 410),
        ("0" * 26, "kenal", 404),
    ):
        for path in (f"/bagikan/{secret}", f"/bagikan/{secret}/surat.pdf"):
            answer = Client().get(path)
            page = answer.content.decode()
            assert answer.status_code == status and words in page, path
            for own in (letter.number, letter.title, letter.holder_masked, number):
                assert own not in page
            assert "noindex" in answer["X-Robots-Tag"] and "no-store" in answer["Cache-Control"]
    assert not Access.objects.filter(purpose=queries.PURPOSE).exists(), "nothing was read"
    with pytest.raises(Conflict, match="share-over"):
        actions.withdraw(
            command_id=uuid4(), actor=cast.siti.citizen, now=NOW, number=number, letter_id=letter.id, share_id=share.id
        )


def test_nobody_else_makes_or_withdraws_a_link(cast: Cast, letter: Letter) -> None:
    make(cast, letter)
    (share,) = Share.objects.all()
    for other in (cast.joko.citizen, cast.budi.officer, cast.ratna.officer):
        with pytest.raises(NotFound):
            actions.make(
                command_id=uuid4(), actor=other, now=NOW, number=letter.case.number, letter_id=letter.id, days=7
            )
        with pytest.raises(NotFound):
            actions.withdraw(
                command_id=uuid4(),
                actor=other,
                now=NOW,
                number=letter.case.number,
                letter_id=letter.id,
                share_id=share.id,
            )
    for days in (0, 2, 365):
        with pytest.raises(Invalid):
            make(cast, letter, days)
    for _ in range(rules.MOST - 1):
        make(cast, letter)
    with pytest.raises(Conflict, match="share-too-many"):
        make(cast, letter)


def test_links_go_with_the_person_who_made_them(cast: Cast, letter: Letter) -> None:
    secret = make(cast, letter)
    held = sign_in(cast.siti).get("/akun-saya/data/").content.decode()
    assert "Surat yang dibagikan" in held and letter.number in held
    archive.forget_person(command_id=uuid4(), actor=CONSOLE, now=NOW, person_id=cast.siti.person_id, reason="Diminta")
    Worker().drain(NOW)
    assert not Share.objects.exists()
    assert queries.find_state(secret, NOW) == (None, "unknown")
