"""Findings: recommended, answered by the head, judged by another; clocks as data, reminders, and the public count."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.utils.timezone import localdate
from tests.cast import NOW, Cast, appoint, enlist, make_cast, open_service
from tests.sessions import sign_in

from balai.base import journal, journal_check, linking, marks, sql
from balai.base.errors import BalaiError
from balai.casework.notices.models import Notice
from balai.rooms.audits import actions, jobs, queries, rules
from balai.rooms.audits.models import Finding, Recommendation, Reply

HERE, ELSEWHERE = "kel-64.72.05.1003", "kel-64.72.01.1001"
DAY = NOW.date()
TOLD = {
    "title": "Berkas terlambat",
    "condition": "Tujuh berkas lewat waktu.",
    "criteria": "Standar pelayanan: 3 hari kerja.",
}
AT = "/meja/pemeriksaan/temuan/"
MINE = "/meja/tindak-lanjut/"


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    open_service()
    made = make_cast(NOW)
    appoint(made.joko, "auditor", "inspektorat")
    yield made


def found(cast: Cast, **given: Any) -> UUID:
    told = {
        "source": "apip", "unit_code": HERE, "received_on": DAY, "told": TOLD, "recommendation": "Tambah petugas.",
        "actor": cast.joko.officer, "now": NOW, **given,
    }  # fmt: skip
    return actions.open_finding(command_id=uuid4(), **told)


def first(finding: UUID) -> Recommendation:
    return Recommendation.objects.filter(finding_id=finding).order_by("seq")[0]


def answered(cast: Cast, finding: UUID, **given: Any) -> None:
    told = {"actor": cast.ratna.officer, "kind": "done", "text": "Sudah ditambah.", "now": NOW, **given}
    actions.answer(command_id=uuid4(), finding_id=finding, recommendation_id=first(finding).id, **told)


def settled(cast: Cast, finding: UUID, verdict: str, **given: Any) -> None:
    told = {"actor": cast.joko.officer, "text": "Sesuai bukti.", "now": NOW, **given}
    actions.settle(command_id=uuid4(), finding_id=finding, recommendation_id=first(finding).id, verdict=verdict, **told)


def refusal(what: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(BalaiError) as refused:
        what(*args, **given)
    return refused.value.code


def told_to(person: UUID) -> list[str]:
    return sorted(
        {one.event for one in Notice.objects.filter(person_id=person)}
        & {f"room_audits.{n}" for n in ("found", "due", "answered", "settled")}
    )


def test_it_goes_from_found_to_accepted_and_everything_said_stays(cast: Cast) -> None:
    one = found(cast)
    assert first(one).state == "open" and first(one).due_on == DAY + timedelta(days=60)
    answered(cast, one)
    settled(cast, one, "returned")
    assert first(one).state == "open", "an answer that does not do is to be given again"
    answered(cast, one, text="Sekarang sudah.")
    settled(cast, one, "accepted")
    view = queries.open_finding(one)
    assert view.recommended[0].row.state == "accepted"
    assert [(said.kind, said.verdict) for said in view.recommended[0].said] == [
        ("done", False), ("returned", True), ("done", False), ("accepted", True),
    ]  # fmt: skip
    lines = journal.read_stream(f"audit-finding:{one}")
    assert [line.action for line in lines] == ["find", "recommend", "answer", "settle", "answer", "settle"]
    assert all(line.holds for line in lines)


STEPS = {"open": (), "answered": ("answer",), "accepted": ("answer", "accepted"), "impossible": ("impossible",)}


def test_only_what_follows_is_taken(cast: Cast) -> None:
    taken = {"open": {"answer", "impossible"}, "answered": set(rules.VERDICTS)}

    def go(one: UUID, what: str) -> None:
        if what == "answer":
            answered(cast, one)
        else:
            settled(cast, one, what)

    for state in rules.STATES:
        for step in ("answer", *rules.VERDICTS):
            one = found(cast)
            for each in STEPS[state]:
                go(one, each)
            assert first(one).state == state
            if step in taken.get(state, set()):
                go(one, step)
                continue
            assert refusal(go, one, step) == "audit-state", f"{step} on {state}"
            assert first(one).state == state
            assert Reply.objects.filter(recommendation=first(one)).count() == len(STEPS[state])


def test_words_are_sealed_and_not_in_the_journal(cast: Cast) -> None:
    one = found(cast)
    answered(cast, one, text="Rahasia kantor")
    row = Finding.objects.get(id=one)
    assert b"Tujuh" not in bytes(row.told_sealed) and b"Rahasia" not in bytes(Reply.objects.get().text_sealed)
    said = " ".join(str(line.body) for line in journal.read_stream(f"audit-finding:{one}"))
    assert "Tujuh" not in said and "Rahasia" not in said and "Tambah petugas" not in said


def test_whoever_heads_the_unit_or_one_above_answers_and_nobody_else(cast: Cast) -> None:
    one = found(cast)
    other = enlist("Kepala lain")
    appoint(other, "head", ELSEWHERE)
    for stranger in (cast.budi, cast.joko, other, cast.siti):
        assert refusal(answered, cast, one, actor=stranger.officer) == "not-found"
    assert refusal(answered, cast, one, actor=cast.ratna.citizen) == "not-found"
    answered(cast, one)


def test_only_auditors_find_recommend_and_judge(cast: Cast) -> None:
    one = found(cast)
    answered(cast, one)
    for stranger in (cast.budi, cast.ratna, cast.siti):
        assert refusal(found, cast, actor=stranger.officer) == "not-found"
        assert refusal(settled, cast, one, "accepted", actor=stranger.officer) == "not-found"
        assert refusal(
            actions.recommend, command_id=uuid4(), actor=stranger.officer, now=NOW, finding_id=one, text="x"
        ) == "not-found"  # fmt: skip


def test_nobody_judges_the_answer_of_a_unit_they_head(cast: Cast) -> None:
    appoint(cast.ratna, "auditor", "inspektorat")
    one = found(cast)
    answered(cast, one)
    assert refusal(settled, cast, one, "accepted", actor=cast.ratna.officer) == "audit-own-unit"
    settled(cast, one, "accepted")


def test_what_is_missing_is_said_by_name(cast: Cast) -> None:
    with pytest.raises(BalaiError) as refused:
        found(cast, told={"title": " "}, recommendation="", source="koran", unit_code="")
    assert refused.value.code == "audit-words"
    assert set(refused.value.fields) == {"title", "condition", "criteria", "recommendation", "source", "unit"}
    assert refusal(found, cast, received_on=DAY + timedelta(days=1)) == "audit-date"
    assert refusal(found, cast, received_on=date(2000, 1, 1)) == "audit-no-clock"
    one = found(cast)
    assert refusal(answered, cast, one, text=" ") == refusal(answered, cast, one, kind="x") == "audit-words"
    assert refusal(settled, cast, one, "x") == "audit-words"


def test_each_clock_is_dated_data_and_says_whether_it_is_confirmed() -> None:
    assert {one.source for one in rules.list_clocks()} == set(rules.SOURCES)
    for one in rules.list_clocks():
        assert (
            one.ref and one.origin and one.status in ("confirmed", "unconfirmed") and one.since.keys() == {"id", "en"}
        )
        assert rules.clock_for(one.source, one.valid_from - timedelta(days=1)) is None
        assert rules.clock_for(one.source, one.valid_from) == one
        assert one.ends(date(2026, 1, 1)) == date(2026, 1, 1) + timedelta(days=one.days)


def test_a_further_recommendation_runs_on_the_same_clock(cast: Cast) -> None:
    one = found(cast, received_on=DAY - timedelta(days=10))
    actions.recommend(command_id=uuid4(), actor=cast.joko.officer, now=NOW, finding_id=one, text="Umumkan jam layanan.")
    rows = list(Recommendation.objects.filter(finding_id=one).order_by("seq"))
    assert [row.seq for row in rows] == [1, 2] and rows[0].due_on == rows[1].due_on == DAY + timedelta(days=50)


def test_heads_are_told_at_once_before_the_end_and_after_it_once_each(cast: Cast) -> None:
    one = found(cast)
    assert told_to(cast.ratna.person_id) == ["room_audits.found"]
    days = [(45, 0), (46, 1), (47, 0), (60, 0), (61, 1), (62, 0), (90, 0)]
    for day, told in days:
        now = NOW + timedelta(days=day)
        assert jobs.remind_heads(now) == told, f"day {day}"
    assert Notice.objects.filter(person_id=cast.ratna.person_id, event="room_audits.due", channel="desk").count() == 2
    answered(cast, one, now=NOW + timedelta(days=91))
    assert jobs.remind_heads(NOW + timedelta(days=92)) == 0
    assert told_to(cast.joko.person_id) == ["room_audits.answered"]
    settled(cast, one, "accepted", now=NOW + timedelta(days=93))
    assert "room_audits.settled" in told_to(cast.ratna.person_id)


def test_an_answer_on_its_last_day_is_not_late() -> None:
    assert rules.pressing(DAY, DAY) == "soon"
    assert rules.pressing(DAY, DAY + timedelta(days=1)) == "late"
    assert rules.pressing(DAY + timedelta(days=15), DAY) == ""


def test_messages_hold_numbers_and_days_and_no_finding(cast: Cast) -> None:
    from balai.casework.notices import queries as notices

    found(cast)
    made = list(Notice.objects.filter(event="room_audits.found"))
    assert made
    for one in made:
        said = str(notices.open_content(one))
        assert "TEM-" in said and "Tambah petugas" not in said and "terlambat" not in said


def test_the_public_reads_numbers_by_year_and_state_and_nothing_else(cast: Cast) -> None:
    late = found(cast, received_on=date(2020, 1, 2))
    ok = found(cast)
    answered(cast, ok)
    settled(cast, ok, "accepted")
    page = Client().get("/tindak-lanjut/")
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in page.context["rows"]}
    assert rows == {"2026": ["0", "0", "1", "0", "0"], "2020": ["1", "0", "0", "0", "1"]}
    said = page.content.decode()
    assert all(word not in said for word in ("Berkas terlambat", "Lempake", "TEM-", "Tambah", str(late)))
    assert list(rows) == ["2026", "2020"], "the newest first"


def test_the_pages_walk_it_from_form_to_verdict(cast: Cast) -> None:
    joko, ratna = sign_in(cast.joko), sign_in(cast.ratna)
    told = {
        "command": str(uuid4()), "source": "bpk", "unit": HERE, "received_on": str(DAY), **TOLD, "recommendation": "Tambah petugas.",
    }  # fmt: skip
    missing = joko.post(AT, {**told, "title": ""})
    assert missing.status_code == 422 and "Tujuh berkas lewat waktu." in missing.content.decode(), (
        "what was typed stays"
    )
    assert "Judul: isi dahulu." in missing.content.decode()
    assert joko.post(AT, {**told, "unit": "tidak-ada"}).status_code == 422
    assert joko.post(AT, {**told, "sample": "SMP-TIDAK"}).status_code == 422
    page = joko.post(AT, told)
    assert page.status_code == 302 and joko.post(AT, told).url == page.url
    one = UUID(page.url.rstrip("/").rpartition("/")[2])
    shown = ratna.get(f"{MINE}{one}/").content.decode()
    assert "Tambah petugas." in shown and "UU 15/2004" in shown and "belum dipastikan" in shown
    row = first(one)
    assert ratna.post(f"{MINE}{one}/", {"recommendation": str(row.id), "kind": "done", "text": ""}).status_code == 422
    assert (
        ratna.post(f"{MINE}{one}/", {"recommendation": str(row.id), "kind": "done", "text": "Beres"}).status_code == 302
    )
    assert "Beres" in joko.get(f"{AT}{one}/").content.decode()
    assert joko.post(f"{AT}{one}/", {"do": "settle", "recommendation": str(row.id), "text": "Cukup"}).status_code == 422
    said = {"do": "settle", "recommendation": str(row.id), "verdict": "accepted", "text": "Cukup"}
    assert joko.post(f"{AT}{one}/", said).status_code == 302
    assert "Diterima" in ratna.get(MINE).content.decode()
    assert joko.post(f"{AT}{one}/", {"do": "recommend", "text": "Satu lagi"}).status_code == 302
    assert joko.post(f"{AT}{one}/", {"do": "lain"}).status_code == 404


def test_a_head_sees_the_findings_of_their_own_units_alone(cast: Cast) -> None:
    mine, other = found(cast), found(cast, unit_code=ELSEWHERE)
    ratna = sign_in(cast.ratna)
    assert [line["row"].id for line in ratna.get(MINE).context["rows"]] == [mine]
    assert ratna.get(f"{MINE}{other}/").status_code == 404
    assert (
        ratna.post(f"{MINE}{other}/", {"recommendation": str(first(other).id), "kind": "done", "text": "x"}).status_code
        == 404
    )
    assert sign_in(cast.budi).get(MINE).status_code == 404
    assert sign_in(cast.joko).get(MINE).status_code == 404


def test_an_answer_goes_only_by_the_page_of_its_own_finding(cast: Cast) -> None:
    mine, other = found(cast), found(cast)
    answer = {"recommendation": str(first(other).id), "kind": "done", "text": "x"}
    assert sign_in(cast.ratna).post(f"{MINE}{mine}/", answer).status_code == 404
    assert first(other).state == "open"


def test_the_list_is_narrowed_by_state(cast: Cast) -> None:
    made = {"late": found(cast, received_on=date(2020, 1, 2)), "open": found(cast, received_on=DAY, now=NOW)}
    for name, verdict in (("accepted", "accepted"), ("impossible", "impossible")):
        made[name] = found(cast)
        answered(cast, made[name])
        settled(cast, made[name], verdict)
    made["answered"] = found(cast)
    answered(cast, made["answered"])
    Recommendation.objects.filter(finding_id=made["open"]).update(due_on=localdate() + timedelta(days=9))
    joko = sign_in(cast.joko)
    for state in ("", "late", *rules.STATES):
        wanted = {"": set(made.values()), "open": {made["open"], made["late"]}}.get(state) or {made[state]}
        rows = joko.get(AT, {"keadaan": state}).context["rows"]
        assert {line["row"].id for line in rows} == wanted, state


def test_heads_see_how_many_wait_beside_the_link(cast: Cast) -> None:
    found(cast)
    from django.core.cache import caches

    caches["local"].clear()
    assert "rekomendasi menunggu jawaban" in sign_in(cast.ratna).get(MINE).content.decode()


def test_a_finding_its_state_and_what_was_said_cannot_be_changed_by_sql_unseen(cast: Cast) -> None:
    """What the room names in its `room.yaml` is marked as it is written; a change, a row put in and one taken away are each named."""
    finding = found(cast)
    marks.adopt(NOW)
    answered(cast, finding)
    settled(cast, finding, "accepted")
    while linking.link(NOW):
        pass
    assert journal_check.verify_journal().faults == ()
    changes = {
        "UPDATE room_audits_finding SET received_on = '2020-01-01'": "received_on was changed by hand (after 2026-03-02",
        "UPDATE room_audits_recommendation SET state = 'impossible'": "state was changed by hand",
        "UPDATE room_audits_reply SET verdict = NOT verdict": "verdict was changed by hand",
        "DELETE FROM room_audits_reply": "its row was taken away by hand",
        "INSERT INTO room_audits_reply (recommendation_id, at, author_id, kind, verdict, text_sealed) SELECT recommendation_id, at,"
        " author_id, kind, verdict, text_sealed FROM room_audits_reply LIMIT 1": "was put in by hand",
    }
    for change, told in changes.items():
        with transaction.atomic():
            assert sql.execute(change) > 0
            faults, table = (
                journal_check.verify_journal().faults,
                next(one for one in change.split() if one.startswith("room_audits_")),
            )
            assert any(fault.startswith(table) and told in fault for fault in faults), (change, faults)
            transaction.set_rollback(True)
    assert journal_check.verify_journal().faults == ()
