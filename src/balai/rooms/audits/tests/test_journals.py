"""Search over every journal: by each filter, paged by key, recorded, and for auditors alone."""

import csv
import html
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from tests.cast import NOW, Cast, apply_for_sku, appoint, make_cast, open_service
from tests.sessions import sign_in

from balai.base import access_log, journal
from balai.base.models import Access, Entry
from balai.base.pages.texts import say
from balai.records.offices import queries as offices
from balai.records.people import actions as people
from balai.records.people.models import Account
from balai.records.protection import actions as protection
from balai.rooms.audits import queries
from balai.rooms.audits.models import Dossier
from balai.rooms.audits.queries import journals
from balai.rooms.audits.web import journals as web

AT = "/meja/pemeriksaan/cari/"
WHY = "Surat tugas 7"


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    open_service()
    made = make_cast(NOW)
    appoint(made.joko, "auditor", "inspektorat")
    yield made


@pytest.fixture
def joko(cast: Cast) -> Client:
    return sign_in(cast.joko)


def found(**asked: Any) -> list[queries.Hit]:
    return queries.list_hits(queries.Filters(**asked), limit=1000)[0]


def test_entries_are_found_by_each_filter(cast: Cast) -> None:
    case = apply_for_sku(cast)
    every = found()
    assert len(every) == Entry.objects.count() > 3
    assert [hit.id for hit in every] == sorted((hit.id for hit in every), reverse=True)
    mine = found(stream=f"case:{case.case_id}")
    assert {hit.values[2] for hit in mine} == {f"case:{case.case_id}"}
    assert {hit.values[2].partition(":")[0] for hit in found(stream="case")} == {"case"}
    one = Entry.objects.get(id=mine[-1].id)
    assert [hit.id for hit in found(deed=one.deed_id) if hit.values[2] == one.stream] == [one.id]
    assert {hit.values[6] for hit in found(action=one.action)} == {one.action}
    assert found(actor=one.actor) and {hit.actor for hit in found(actor=one.actor)} == {one.actor}
    assert {hit.actor.partition(":")[2] for hit in found(person_id=cast.siti.person_id)} == {str(cast.siti.person_id)}
    assert not found(since=one.at, until=one.at)
    assert not found(stream="case:")


def test_a_search_goes_through_one_window_and_on_from_there(
    cast: Cast, joko: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fits lies behind several windows: each look is bounded, says so, and leads on until it is found or the log ends."""
    case = apply_for_sku(cast)
    first = Entry.objects.filter(stream=f"case:{case.case_id}").order_by("id")[0]
    for order in range(30):
        with journal.deed(uuid4(), actor=cast.budi.officer, now=NOW + timedelta(hours=order), name="test.fill") as deed:
            deed.record("fill", "fill", {"order": order})
    monkeypatch.setattr(journals, "WINDOW", 10)
    monkeypatch.setattr(journals, "_SKEW", 2)
    address, looks = f"{AT}?tujuan={WHY}&perbuatan={first.action}", 0
    while f"#{first.id}<" not in (page := joko.get(address).content.decode()):
        looks += 1
        assert looks < 20 and say("room_audits.search.none", "id") not in page
        (address,) = [AT + html.unescape(found) for found in re.findall(r'href="(\?[^"]*sebelum=[^"]*)#hasil"', page)]
    assert looks >= 3
    until = queries.Filters(action=first.action, until=NOW + timedelta(seconds=1))
    assert first.id in [hit.id for hit in queries.list_hits(until)[0]]  # begins at that day, not at the newest
    nothing = queries.Filters(action="nothing-like-it", since=NOW + timedelta(hours=28))
    assert queries.list_hits(nothing) == ([], 0)  # older ones are not asked for
    assert [hit.id for hit in queries.stream_hits(queries.Filters(action=first.action), most=9)].count(first.id) == 1


def test_an_auditor_audits_no_case_of_their_own(cast: Cast, joko: Client) -> None:
    """Neither opened, nor gathered, nor searched for; the attempt to open stands in the log as refused."""
    mandate = people.offer_mandate(
        command_id=uuid4(), actor=cast.siti.citizen, now=NOW, principal_id=cast.siti.person_id, agent_id=cast.joko.person_id,
        kind="family", services=[], from_date=NOW.date(), to_date=None,
    )  # fmt: skip
    people.accept_mandate(command_id=uuid4(), actor=cast.joko.citizen, now=NOW, mandate_id=mandate)
    sent = apply_for_sku(cast)
    number = sent.number
    for address in (
        f"/meja/periksa/berkas/{number}/?tujuan={WHY}", f"{AT}?tujuan={WHY}&berkas={number}",
        f"{AT}?tujuan={WHY}&aliran=case:{sent.case_id}", f"{AT}tabel.csv?tujuan={WHY}&berkas={number}",
    ):  # fmt: skip
        answer = joko.get(address)
        assert answer.status_code == 403, address
    answer = joko.post("/meja/pemeriksaan/berkas/", {"number": number, "purpose": WHY, "command": str(uuid4())})
    assert answer.status_code in (403, 422) and not Dossier.objects.exists()
    assert (
        Access.objects.filter(object=f"case:{sent.case_id}", refused=True, reader_id=cast.joko.person_id).count() == 2
    )


def test_a_kind_never_matches_the_beginning_of_another(cast: Cast) -> None:
    apply_for_sku(cast)
    assert found(stream="case") and not found(stream="cas") and not found(actor="offic")


def test_readings_and_alarms_are_found_too(cast: Cast) -> None:
    for order in range(3):
        access_log.record_access(
            cast.budi.officer, purpose=f"uji {order}", object=f"case:{uuid4()}", person_id=None, now=NOW
        )
    access_log.record_security("uji-alarm", actor="officer:x", now=NOW, what=1)
    assert [hit.values[4] for hit in found(kind="accesses", person_id=cast.budi.person_id)] == [
        "uji 2",
        "uji 1",
        "uji 0",
    ]
    assert len(found(kind="accesses", action="uji 1")) == 1
    assert len(found(kind="accesses", stream="case", person_id=cast.budi.person_id)) == 3
    assert [hit.values[2] for hit in found(kind="security", action="uji-alarm")] == ["uji-alarm"]


def test_pages_follow_each_other_by_key_without_gap_or_repetition(cast: Cast, joko: Client) -> None:
    for order in range(130):
        access_log.record_access(cast.budi.officer, purpose=f"uji {order}", object="case:x", person_id=None, now=NOW)
    seen, address = [], f"{AT}?tujuan={WHY}&jenis=accesses&perbuatan=uji"
    for _ in range(6):
        page = joko.get(address)
        seen += [row["id"] for row in page.context["rows"]]
        address = AT + page.context["next"].partition("#")[0]
    assert len(seen) == len(set(seen)) == 130 and page.context["next"] == ""


def test_a_search_is_recorded_once_with_its_purpose_and_filters(cast: Cast, joko: Client) -> None:
    before = Access.objects.count()
    joko.get(AT)
    assert Access.objects.count() == before, "an empty form reads nothing"
    assert joko.get(AT, {"tujuan": WHY, "perbuatan": "submit"}).status_code == 200
    row = Access.objects.order_by("-id")[0]
    assert Access.objects.count() == before + 1
    assert (row.purpose, row.object, row.reader_id) == (
        f"audit: {WHY}",
        "search:entries perbuatan=submit",
        cast.joko.person_id,
    )


WRONG = (
    ({"tujuan": "x"}, "tujuan"), ({"jenis": "lain"}, "jenis"), ({"berkas": "SKU-0000-0000"}, "berkas"), ({"berkas": "?"}, "berkas"),
    ({"deed": "x"}, "deed"), ({"pelaku": "tidak@ada.example"}, "pelaku"), ({"dari": "kapan"}, "dari"), ({"sampai": "9"}, "sampai"),
)  # fmt: skip


def test_what_cannot_be_read_is_said_beside_its_field_and_nothing_is_searched(cast: Cast, joko: Client) -> None:
    before = Access.objects.count()
    for typed, field in WRONG:
        page = joko.get(AT, {"tujuan": WHY, **typed})
        assert page.status_code == 422 and set(page.context["errors"]) == {field}
        assert Access.objects.count() == before and not page.context["rows"]


def test_a_number_and_an_address_lead_to_what_they_stand_for(cast: Cast, joko: Client) -> None:
    case = apply_for_sku(cast)
    email = Account.objects.get(id=cast.siti.account_id).email
    page = joko.get(AT, {"tujuan": WHY, "berkas": case.number.lower(), "pelaku": email})
    assert page.context["rows"] and {row["cells"][1][1] for row in page.context["rows"]} == {f"case:{case.case_id}"}


def test_the_table_holds_every_row_and_no_formula(cast: Cast, joko: Client) -> None:
    access_log.record_access(cast.budi.officer, purpose="=HYPERLINK(1)", object="case:x", person_id=None, now=NOW)
    answer = joko.get(f"{AT}tabel.csv", {"tujuan": WHY, "jenis": "accesses", "pelaku": str(cast.budi.person_id)})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert tuple(rows[0]) == queries.COLUMNS["accesses"]
    assert [row[4] for row in rows[1:]] == ["'=HYPERLINK(1)"]
    assert Access.objects.filter(object__startswith="export:accesses").count() == 1


def test_a_table_ends_at_its_most_rows_and_reads_in_batches(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(25):
        access_log.record_access(cast.budi.officer, purpose="uji", object="case:x", person_id=None, now=NOW)
    monkeypatch.setattr(queries.journals, "BATCH", 7)
    asked = queries.Filters(kind="accesses")
    assert len(list(queries.stream_hits(asked, most=20))) == 20
    assert len({hit.id for hit in queries.stream_hits(asked, most=100)}) == Access.objects.count()
    assert web.MOST_ROWS > 1000


def test_no_table_without_a_purpose(cast: Cast, joko: Client) -> None:
    assert joko.get(f"{AT}tabel.csv", {"tujuan": "x"}).status_code == 404


def test_nobody_but_auditors_searches(cast: Cast) -> None:
    for member in (cast.siti, cast.budi, cast.ratna):
        for page in (AT, f"{AT}tabel.csv"):
            assert sign_in(member).get(page, {"tujuan": WHY}).status_code == 404
    assert not Access.objects.filter(object__startswith="search:").exists()


def test_ids_of_officers_are_shown_by_name(cast: Cast, joko: Client) -> None:
    access_log.record_access(cast.ratna.officer, purpose="uji nama", object="case:x", person_id=None, now=NOW)
    page = joko.get(AT, {"tujuan": WHY, "jenis": "accesses", "perbuatan": "uji nama"})
    assert "Ratna" in page.content.decode() and str(UUID(str(cast.ratna.person_id))) in page.content.decode()


def test_words_about_somebody_protected_are_in_no_page_and_no_table(cast: Cast, joko: Client) -> None:
    access_log.record_access(
        cast.budi.officer, purpose="antar ke Jalan Rahasia 5", object=f"case:{uuid4()} Jalan Rahasia 5",
        person_id=cast.siti.person_id, now=NOW,
    )  # fmt: skip
    addresses = [f"{AT}?tujuan={WHY}&jenis=accesses", f"{AT}tabel.csv?tujuan={WHY}&jenis=accesses"]

    def seen() -> list[bool]:
        answers = [joko.get(address) for address in addresses]
        bodies = [b"".join(one.streaming_content) if one.streaming else one.content for one in answers]  # type: ignore[attr-defined]
        return [b"Rahasia" in body for body in bodies]

    assert seen() == [True, True]
    protection.protect(
        command_id=uuid4(), actor=cast.ratna.officer, now=NOW, person_id=cast.siti.person_id, kind="violence",
        reason="Perintah perlindungan sementara", review_on=NOW.date() + timedelta(days=30),
        post_ids=[post for post, _ in offices.list_open_posts()][:2],
    )  # fmt: skip
    assert seen() == [False, False]
