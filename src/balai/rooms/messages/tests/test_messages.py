"""Threads of a case: who writes, who reads, who answers by when, what is told, what is kept and forgotten."""

import json
import re
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as some
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service, photo
from tests.sessions import sign_in

from balai.base import crypto, holdings, journal_check, outbox
from balai.base.actors import ANONYMOUS, Actor
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.base.models import Access, Entry, Vault
from balai.casework.cases import actions as case_actions
from balai.casework.cases import queries as cases
from balai.casework.notices import kinds
from balai.casework.notices import queries as notices
from balai.casework.notices.models import Notice
from balai.records.documents import actions as documents
from balai.records.offices import queries as offices
from balai.records.people.models import Person
from balai.records.protection import actions as protection
from balai.rooms.messages import actions, jobs, queries, rules
from balai.rooms.messages.models import INTERNAL, Mention, Message, Reading, Thread

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast(NOW)


@pytest.fixture
def number(cast: Cast) -> str:
    open_service()
    return apply_for_sku(cast).number


def write(actor: Actor, number: str, text: str = "Kapan surat saya jadi?", **more: Any) -> UUID:
    return actions.write(**{"command_id": uuid4(), "actor": actor, "now": NOW, "number": number, "text": text, **more})


def texts_of(actor: Actor, number: str, **more: Any) -> list[str]:
    return [one.text for one in queries.open_thread(actor, number, now=NOW, **more).written]


def code_of(number: str) -> str:
    return str(cases.read_case(number=number).data["contact"]["track_code"])


# ---- writing and reading --------------------------------------------------------------------------------------------


def test_applicant_and_office_write_to_each_other_and_each_message_is_one(cast: Cast, number: str) -> None:
    command = uuid4()
    first = write(cast.siti.citizen, number, command_id=command)
    assert write(cast.siti.citizen, number, command_id=command) == first
    write(cast.budi.officer, number, "Besok pagi.", now=NOW + timedelta(hours=1))
    assert (
        texts_of(cast.siti.citizen, number)
        == texts_of(cast.budi.officer, number)
        == ["Kapan surat saya jadi?", "Besok pagi."]
    )


def test_the_same_command_with_another_text_is_refused(cast: Cast, number: str) -> None:
    command = uuid4()
    write(cast.siti.citizen, number, command_id=command)
    with pytest.raises(Conflict, match="command-reused"):
        write(cast.siti.citizen, number, "Yang lain", command_id=command)


def test_a_stranger_neither_reads_nor_writes(cast: Cast, number: str) -> None:
    for actor in (cast.joko.citizen, ANONYMOUS):
        with pytest.raises(NotFound):
            write(actor, number)
        with pytest.raises(NotFound):
            queries.open_thread(actor, number, now=NOW)
    assert not Message.objects.exists()


def test_with_number_and_code_one_writes_without_an_account_and_with_a_wrong_code_not(cast: Cast, number: str) -> None:
    write(ANONYMOUS, number, track_code=code_of(number))
    assert texts_of(ANONYMOUS, number, track_code=code_of(number)) == ["Kapan surat saya jadi?"]
    with pytest.raises(NotFound):
        write(ANONYMOUS, number, track_code="A" * 20)


def test_the_applicant_never_sees_what_officers_write_among_themselves(cast: Cast, number: str) -> None:
    write(cast.budi.officer, number, "Fotonya buram, bagaimana menurut Ibu?", kind=INTERNAL)
    with pytest.raises(NotFound):
        queries.open_thread(cast.siti.citizen, number, now=NOW, kind=INTERNAL)
    with pytest.raises(NotFound):
        write(cast.siti.citizen, number, kind=INTERNAL)
    assert texts_of(cast.siti.citizen, number) == []
    assert texts_of(cast.ratna.officer, number, kind=INTERNAL) == ["Fotonya buram, bagaimana menurut Ibu?"]
    page = sign_in(cast.siti).get(f"/berkas/{number}/pesan/").content.decode()
    assert "buram" not in page
    assert not any("buram" in one["body"] for one in told(cast.siti.person_id))


def told(person_id: UUID) -> list[dict[str, Any]]:
    """Give what a person was told by the kinds of this room: the opened contents with their event."""
    found = Notice.objects.filter(person_id=person_id, event__startswith="room_messages.").order_by("created_at", "id")
    return [{"event": one.event, "channel": one.channel, **notices.open_content(one)} for one in found]


def test_what_is_written_lies_sealed_and_the_journal_holds_none_of_it(cast: Cast, number: str) -> None:
    write(cast.siti.citizen, number, "Rahasia keluarga kami")
    row = Message.objects.get()
    assert b"Rahasia" not in bytes(row.body_sealed)
    stream = f"messages:{row.thread.case_id}"
    (entry,) = Entry.objects.filter(stream=stream)
    assert entry.action == "write"
    assert "Rahasia" not in json.dumps(entry.body)
    assert journal_check.verify_journal().faults == ()


def test_an_officers_reading_is_recorded_and_the_applicants_own_is_not(cast: Cast, number: str) -> None:
    write(cast.siti.citizen, number)
    before = Access.objects.count()
    queries.open_thread(cast.siti.citizen, number, now=NOW)
    assert Access.objects.count() == before
    queries.open_thread(cast.budi.officer, number, now=NOW)
    assert Access.objects.filter(purpose="messages", reader_id=cast.budi.person_id).count() == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "message-empty"), (" \n ", "message-empty"), ("x" * (rules.LONGEST + 1), "message-too-long")],
)
def test_an_empty_or_too_long_message_is_refused_and_nothing_is_kept(
    cast: Cast, number: str, text: str, code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        write(cast.siti.citizen, number, text)
    assert not Thread.objects.exists()


def test_what_was_too_long_still_stands_in_the_form_with_its_count(cast: Cast, number: str) -> None:
    long = "panjang " * 600
    answer = sign_in(cast.siti).post(f"/berkas/{number}/pesan/", {"text": long, "command": str(uuid4())})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert long.strip() in page
    assert f"{len(long.strip())} huruf" in page


# ---- who answers, by when -------------------------------------------------------------------------------------------


def test_whoever_has_the_work_answers_within_two_working_days(cast: Cast, number: str) -> None:
    write(cast.siti.citizen, number)
    thread = Thread.objects.get()
    assert thread.answerer_id == cast.budi.person_id
    assert thread.answer_due_at == datetime.fromisoformat("2026-03-04T15:00+08:00")  # Monday, Wednesday
    assert [one.number for one in queries.list_waiting(cast.budi.person_id, now=NOW)] == [number]
    assert queries.count_waiting(cast.budi.person_id) == 1
    (asked,) = [one for one in told(cast.budi.person_id) if one["channel"] == "desk"]
    assert asked["event"] == actions.ASKED
    assert number in asked["body"]


def test_an_answer_ends_the_waiting_and_is_told_to_the_applicant(cast: Cast, number: str) -> None:
    write(cast.siti.citizen, number)
    write(cast.budi.officer, number, "Sudah kami periksa.")
    assert Thread.objects.get().answer_due_at is None
    assert queries.list_waiting(cast.budi.person_id, now=NOW) == []
    found = [one for one in told(cast.siti.person_id) if one["event"] == actions.ANSWERED]
    assert {one["channel"] for one in found} >= {"portal", "email"}
    assert all("periksa" not in one["body"] for one in found), "a mail says that there is an answer, not what it is"


def test_a_second_question_keeps_the_day_of_the_first(cast: Cast, number: str) -> None:
    write(cast.siti.citizen, number)
    due = Thread.objects.get().answer_due_at
    write(cast.siti.citizen, number, "Halo?", now=NOW + timedelta(days=1))
    assert Thread.objects.get().answer_due_at == due


def test_a_word_of_thanks_is_settled_by_an_officer_alone(cast: Cast, number: str) -> None:
    write(cast.siti.citizen, number, "Terima kasih!")
    with pytest.raises(NotAllowed):
        actions.settle(command_id=uuid4(), actor=cast.siti.citizen, now=NOW, number=number)
    actions.settle(command_id=uuid4(), actor=cast.budi.officer, now=NOW, number=number)
    assert queries.count_waiting(cast.budi.person_id) == 0
    with pytest.raises(Conflict):
        actions.settle(command_id=uuid4(), actor=cast.budi.officer, now=NOW, number=number)


def test_a_late_answer_is_told_to_the_head_once(cast: Cast, number: str) -> None:
    write(cast.siti.citizen, number)
    assert jobs.tell_late_answers(NOW + timedelta(days=1)) == 0
    later = NOW + timedelta(days=3)
    assert jobs.tell_late_answers(later) == 2
    assert jobs.tell_late_answers(later + timedelta(hours=1)) == 0
    assert [one["event"] for one in told(cast.ratna.person_id) if one["channel"] == "desk"] == [actions.LATE]


@given(some.lists(some.uuids(), max_size=4, unique=True), some.none() | some.uuids())
def test_the_answerer_is_somebody_with_the_work_while_there_is_anybody(working: list[UUID], last: UUID | None) -> None:
    chosen = rules.choose_answerer(working, last)
    assert chosen in working if working else chosen == last
    if last in working:
        assert chosen == last, "whoever answered before goes on"


# ---- files ----------------------------------------------------------------------------------------------------------


def test_a_file_goes_along_and_is_sent_to_both_sides_and_no_stranger(cast: Cast, number: str) -> None:
    form = {"text": "Ini fotonya", "command": str(uuid4()), "files": [file("foto.jpg")]}
    assert sign_in(cast.siti).post(f"/berkas/{number}/pesan/", form).status_code == 302
    (one,) = queries.open_thread(cast.budi.officer, number, now=NOW).written
    (kept,) = one.files
    assert (kept.name, kept.type) == ("foto.jpg", "image/jpeg")
    place = f"/berkas/{number}/pesan/berkas/{kept.document_id}/"
    assert b"".join(sign_in(cast.siti).get(place).streaming_content) == photo()
    assert sign_in(cast.budi).get(f"/meja{place}").status_code == 200
    assert sign_in(cast.joko).get(place).status_code == 404
    other = f"/meja/berkas/{number}/rembuk/berkas/{kept.document_id}/"
    assert sign_in(cast.budi).get(other).status_code == 404, "it stands in the other thread"


def test_an_officer_sees_a_file_drawn_and_its_original_only_by_a_recorded_click(cast: Cast, number: str) -> None:
    form = {"text": "Ini fotonya", "command": str(uuid4()), "files": [file("foto.jpg")]}
    sign_in(cast.siti).post(f"/berkas/{number}/pesan/", form)
    (one,) = queries.open_thread(cast.budi.officer, number, now=NOW).written
    place = f"/meja/berkas/{number}/pesan/berkas/{one.files[0].document_id}/"
    opened = Access.objects.filter(object=f"document:{one.files[0].document_id}")
    budi = sign_in(cast.budi)
    assert place in budi.get(f"/meja/berkas/{number}/pesan/").content.decode()
    page = budi.get(place)
    assert page["Content-Type"].startswith("text/html") and photo() not in page.content
    assert Access.objects.filter(purpose="messages-file").exists() and not opened.exists()
    picture = re.findall(r'<img class="sheet" src="([^"]+)"', page.content.decode())
    assert len(picture) == 1
    drawn = budi.get(picture[0])
    assert drawn["Content-Type"] == "image/png" and drawn.content[:4] == b"\x89PNG" and not opened.exists()
    assert sign_in(cast.ratna).get(picture[0]).status_code == 404, "the right is one reader's"
    assert f'href="{place}asli/"' in page.content.decode()
    assert b"".join(budi.get(f"{place}asli/").streaming_content) == photo()
    assert opened.count() == 1


def test_a_second_click_with_a_file_is_one_message(cast: Cast, number: str) -> None:
    client, command = sign_in(cast.siti), str(uuid4())
    for _ in range(2):
        form = {"text": "Ini fotonya", "command": command, "files": [file("foto.jpg")]}
        assert client.post(f"/berkas/{number}/pesan/", form).status_code == 302
    assert Message.objects.count() == 1
    with pytest.raises(Conflict, match="command-reused"):
        write(cast.siti.citizen, number, "Ini fotonya", command_id=UUID(command))  # without the file it is another


def file(name: str, content: bytes | None = None) -> BytesIO:
    made = BytesIO(photo() if content is None else content)
    made.name = name
    return made


def test_a_file_that_is_none_of_those_taken_is_refused_and_the_text_stays(cast: Cast, number: str) -> None:
    form = {"text": "Lihat lampiran", "command": str(uuid4()), "files": [file("jahat.exe", b"MZ" + bytes(400))]}
    answer = sign_in(cast.siti).post(f"/berkas/{number}/pesan/", form)
    assert answer.status_code == 422
    assert "Lihat lampiran" in answer.content.decode()
    assert not Message.objects.exists()


def test_at_most_three_files_go_with_a_message(cast: Cast, number: str) -> None:
    vault = cases.read_case(number=number).vault_id
    kept = [
        documents.store(vault, BytesIO(photo(c)), name="a.jpg", actor=cast.siti.citizen, now=NOW)
        for c in ("red", "blue", "green", "white")
    ]
    with pytest.raises(Invalid, match="too-many-attachments"):
        write(
            cast.siti.citizen, number, files=[queries.File(one.id, "a.jpg", one.size, one.media_type) for one in kept]
        )


# ---- reading marks and names ----------------------------------------------------------------------------------------


def test_opening_a_thread_marks_it_as_read_and_the_other_side_sees_that(cast: Cast, number: str) -> None:
    write(cast.siti.citizen, number)
    assert "Sudah dibaca kantor" not in sign_in(cast.siti).get(f"/berkas/{number}/pesan/").content.decode()
    sign_in(cast.budi).get(f"/meja/berkas/{number}/pesan/")
    assert "Sudah dibaca kantor" in sign_in(cast.siti).get(f"/berkas/{number}/pesan/").content.decode()
    write(cast.budi.officer, number, "Besok", now=NOW + timedelta(hours=1))
    assert queries.open_thread(cast.siti.citizen, number, now=NOW).unread(cast.siti.person_id) == 1
    sign_in(cast.siti).get(f"/berkas/{number}/pesan/")
    assert queries.open_thread(cast.siti.citizen, number, now=NOW).unread(cast.siti.person_id) == 0


def test_a_mark_of_reading_never_goes_back(cast: Cast, number: str) -> None:
    write(cast.siti.citizen, number, now=NOW + timedelta(hours=2))
    actions._mark(Thread.objects.get().id, None, NOW)
    assert Reading.objects.get(person__isnull=True).until == NOW + timedelta(hours=2)


def test_a_named_colleague_is_told_by_the_bell_and_a_stranger_cannot_be_named(cast: Cast, number: str) -> None:
    write(cast.budi.officer, number, "Mohon pendapat", kind=INTERNAL, named=[str(cast.ratna.person_id)])
    assert [one["event"] for one in told(cast.ratna.person_id) if one["channel"] == "desk"] == [actions.NAMED]
    assert [one.named for one in queries.open_thread(cast.ratna.officer, number, now=NOW, kind=INTERNAL).written] == [
        (cast.ratna.person_id,)
    ]
    for nobody in (str(cast.joko.person_id), "kosong"):
        with pytest.raises(Invalid, match="cannot-name"):
            write(cast.budi.officer, number, "Hai", kind=INTERNAL, named=[nobody])


def test_notes_from_before_stand_among_what_officers_write(cast: Cast, number: str) -> None:
    from balai.casework.cases import actions as case_actions

    case_id = cases.find_case_id(number)
    case_actions.add_note(command_id=uuid4(), actor=cast.budi.officer, now=NOW, case_id=case_id, body="Catatan lama")
    write(cast.ratna.officer, number, "Setuju", kind=INTERNAL, now=NOW + timedelta(minutes=1))
    assert texts_of(cast.budi.officer, number, kind=INTERNAL) == ["Catatan lama", "Setuju"]


# ---- at the counter -------------------------------------------------------------------------------------------------


def test_at_the_counter_an_officer_writes_for_whoever_brings_number_and_code(cast: Cast, number: str) -> None:
    budi = sign_in(cast.budi)
    wrong = budi.post("/meja/loket/pesan/", {"number": number, "code": "X" * 20})
    assert wrong.status_code == 422
    assert budi.get(f"/meja/loket/pesan/{number}/").status_code == 302, "without the code there is no thread"
    right = budi.post("/meja/loket/pesan/", {"number": number, "code": code_of(number).lower()})
    assert right["Location"] == f"/meja/loket/pesan/{number}/"
    assert code_of(number) not in right["Location"]
    budi.post(right["Location"], {"text": "Bolehkah diambil ibu saya?", "command": str(uuid4())})
    row = Message.objects.get()
    assert (row.side, row.channel, row.author_id) == ("applicant", "counter", cast.budi.person_id)
    assert "lewat loket" in sign_in(cast.siti).get(f"/berkas/{number}/pesan/").content.decode()


def test_an_officer_of_the_case_writes_for_nobody_without_the_code(cast: Cast, number: str) -> None:
    at_counter = Actor("officer", "counter", cast.budi.person_id, second_factor=True)
    for code in ("", "X" * 20):
        with pytest.raises(NotFound):
            write(at_counter, number, track_code=code)
    assert not Message.objects.exists()


def test_whoever_works_at_no_counter_has_no_such_page(cast: Cast, number: str) -> None:
    assert sign_in(cast.ratna).get("/meja/loket/pesan/").status_code == 404


# ---- without an account, by the pages -------------------------------------------------------------------------------


def test_a_visitor_with_the_code_reads_and_writes_by_the_pages(cast: Cast, number: str) -> None:
    client = Client()
    assert client.get(f"/berkas/{number}/pesan/").status_code == 404
    client.post("/lacak/", {"nomor": number, "kode": code_of(number)})
    assert client.get(f"/berkas/{number}/pesan/").status_code == 200
    assert client.post(f"/berkas/{number}/pesan/", {"text": "Halo", "command": str(uuid4())}).status_code == 302
    assert texts_of(cast.budi.officer, number) == ["Halo"]


# ---- kept and forgotten ---------------------------------------------------------------------------------------------


def test_what_was_written_is_noise_once_the_cases_key_is_destroyed(cast: Cast, number: str) -> None:
    write(cast.siti.citizen, number, "Rahasia")
    row = Message.objects.select_related("thread__case").get()
    key = crypto.data_key(row.thread.case.vault_id)
    assert queries.open_content(row, key)["text"] == "Rahasia"
    crypto.shred(row.thread.case.vault_id, NOW)
    assert Vault.objects.get(id=row.thread.case.vault_id).wrapped_key is None
    with pytest.raises(NotFound):
        queries.open_thread(cast.siti.citizen, number, now=NOW)
    assert [one.content for one in queries.list_about([cast.siti.person_id])] == [{}]


def test_an_access_request_lists_what_was_written_in_both_directions_and_nothing_internal(
    cast: Cast, number: str
) -> None:
    write(cast.siti.citizen, number, "Kapan?")
    write(cast.budi.officer, number, "Besok.", now=NOW + timedelta(hours=1))
    write(cast.budi.officer, number, "Antara kita saja", kind=INTERNAL)
    subject = holdings.Subject(cast.siti.person_id, cast.siti.account_id, (), "id")
    (section,) = [one for one in holdings.collect(subject) if one.key == "room_messages.written"]
    assert [item.data["text"] for item in section.items] == ["Besok.", "Kapan?"]


def test_a_joined_records_messages_follow(cast: Cast, number: str) -> None:
    write(cast.siti.citizen, number)
    actions.follow_person(
        message_id=uuid4(), actor=Actor("system", "clock"), now=NOW, kept_id=cast.joko.person_id, gone_id=cast.siti.person_id
    )  # fmt: skip
    assert Message.objects.get().author_id == cast.joko.person_id


def test_every_column_that_names_a_person_follows_a_joining(cast: Cast, number: str) -> None:
    write(cast.siti.citizen, number)
    write(
        cast.budi.officer, number, "Rembuk", kind=INTERNAL, named=[str(cast.ratna.person_id), str(cast.budi.person_id)]
    )
    sign_in(cast.ratna).get(f"/meja/berkas/{number}/rembuk/")
    for gone, kept in ((cast.budi, cast.ratna), (cast.ratna, cast.joko)):  # the first two met in one thread
        actions.follow_person(
            message_id=uuid4(), actor=Actor("system", "clock"), now=NOW, kept_id=kept.person_id, gone_id=gone.person_id
        )  # fmt: skip
    for model in (Thread, Message, Mention, Reading):
        for field in model._meta.get_fields():
            if getattr(field, "related_model", None) is Person and not field.auto_created:
                left = {cast.budi.person_id, cast.ratna.person_id}
                assert not model.objects.filter(**{f"{field.name}__in": left}).exists(), field


def test_every_kind_that_is_told_is_registered_with_its_words() -> None:
    from balai.base.pages import texts

    for key in (actions.ANSWERED, actions.ASKED, actions.NAMED, actions.LATE):
        words = kinds.get(key).words
        for lang in ("id", "en"):
            assert all(texts.has(f"{words}.{part}", lang) for part in ("subject", "body", "sms"))


def test_a_message_tells_the_rooms_topic(cast: Cast, number: str) -> None:
    heard: list[dict[str, Any]] = []
    outbox._LISTENERS.setdefault("messages.written", {})["test"] = (
        lambda message: heard.append(message.payload),
        False,
    )
    try:
        write(cast.siti.citizen, number)
        outbox.Worker().drain(NOW)
    finally:
        outbox._LISTENERS.pop("messages.written")
    assert [set(one) for one in heard] == [{"case", "message", "thread"}]


def test_free_words_about_somebody_protected_are_hidden_from_all_but_the_two_posts(cast: Cast, number: str) -> None:
    """An address can stand in any sentence: messages of either side, officers' notes, and the names of files."""
    write(cast.siti.citizen, number, "Saya sekarang di Jalan Rahasia 5.")
    write(cast.budi.officer, number, "Dicatat: Jalan Rahasia 5.")
    row = cases.read_case(number=number)
    case_actions.add_note(
        command_id=uuid4(), actor=cast.budi.officer, now=NOW, case_id=row.id, body="Pindah ke Jalan Rahasia 5."
    )
    unit = offices.get_unit_by_id(row.unit_id)
    posts = [one.id for one in offices.list_posts(unit.id) if one.role in ("head", "section-head")]
    protection.protect(
        command_id=uuid4(), actor=cast.ratna.officer, now=NOW, person_id=cast.siti.person_id, kind="violence",
        reason="Perintah perlindungan", review_on=(NOW + timedelta(days=60)).date(), post_ids=posts,
    )  # fmt: skip
    for kind in ("public", INTERNAL):
        assert not any("Rahasia" in text for text in texts_of(cast.budi.officer, number, kind=kind)), kind
        assert any("Rahasia" in text for text in texts_of(cast.ratna.officer, number, kind=kind)), kind
    assert not any("Rahasia" in body for _, _, body in cases.open_case(cast.budi.officer, number, now=NOW).notes)
    assert len([text for text in texts_of(cast.siti.citizen, number) if "Rahasia" in text]) == 2  # the person sees all
