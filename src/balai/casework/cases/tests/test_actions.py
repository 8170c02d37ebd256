"""Cases move by act(): once, by the right person, or not at all; the legal clock pauses and resumes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from tests.cast import NOW, apply_for_sku, make_cast, open_service

from balai.base import journal_check
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.base.models import Access, Entry, Message
from balai.base.outbox import Worker
from balai.casework.cases import jobs, queries, rules
from balai.casework.cases.actions import Command, act, add_note, claim, hand_over, release
from balai.casework.cases.models import Case, Task

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast():
    open_service()
    return make_cast(NOW)


def command(case_id, actor, token, data=None, **changes):
    made = Command(id=uuid4(), actor=actor, now=NOW, case_id=case_id, action="complete", token=token, data=data or {})
    return replace(made, **changes)


def open_task(case_id):
    return Task.objects.get(case_id=case_id, state="open")


def to_decide(cast):
    """Bring a case of Siti's to Ratna's decision."""
    case_id = apply_for_sku(cast).case_id
    act(command(case_id, cast.budi.officer, open_task(case_id).token, {"result": "complete", "location_seen": "ya"}))
    return case_id


def test_an_application_becomes_a_case_with_its_clock_running(cast):
    submitted = apply_for_sku(cast)
    case = Case.objects.get(id=submitted.case_id)
    task = open_task(case.id)
    assert case.number.startswith("SKU-")
    assert (case.status, case.unit_id) == ("open", cast.unit_id)
    assert case.due_at == datetime(2026, 3, 5, 7, 0, tzinfo=UTC)  # Thursday, closing time in Ramadan
    assert (task.node, task.role, task.assignee_id) == ("check", "clerk", cast.budi.person_id)
    assert "Siti" not in case.holder_masked or "*" in case.holder_masked
    assert b"Warung" not in bytes(case.data_sealed)
    assert journal_check.verify_journal().faults == ()


def test_a_second_click_is_one_case(cast):
    first = uuid4()
    one = apply_for_sku(cast, command_id=first)
    case = queries.read_case(case_id=one.case_id)
    with pytest.raises(Conflict):  # the same number with other files is other data
        apply_for_sku(cast, command_id=first)
    assert Case.objects.count() == 1
    assert case.number == one.number


def test_wrong_answers_are_told_by_field_and_open_no_case(cast):
    with pytest.raises(Invalid) as refused:
        apply_for_sku(cast, business_name="", started_on="31/02/2020")
    assert set(refused.value.fields) == {"business_name", "started_on"}
    assert Case.objects.count() == 0


def test_the_whole_path_sends_back_corrects_and_decides(cast):
    case_id = apply_for_sku(cast).case_id
    budi, siti, ratna = cast.budi.officer, cast.siti.citizen, cast.ratna.officer
    act(command(case_id, budi, open_task(case_id).token, {"result": "incomplete", "missing": "Foto kurang jelas"}))
    waiting = Case.objects.get(id=case_id)
    assert (waiting.status, waiting.sent_back, open_task(case_id).node) == ("waiting", 1, "correct")
    row = queries.read_case(case_id=case_id)
    answers = {**row.data["apply"], "business_name": "Warung Siti Jaya"}
    later = NOW + timedelta(days=1)
    act(command(case_id, siti, open_task(case_id).token, answers, now=later))
    resumed = Case.objects.get(id=case_id)
    assert (resumed.status, resumed.paused_at, open_task(case_id).node) == ("open", None, "check")
    # one working day stood still; Ramadan's closing hours differ by weekday, so dates are compared
    assert resumed.due_at.date() == waiting.due_at.date() + timedelta(days=1)
    act(command(case_id, budi, open_task(case_id).token, {"result": "complete", "location_seen": "ya"}, now=later))
    moved = act(command(case_id, ratna, open_task(case_id).token, {"outcome": "grant", "reason": "Lengkap"}, now=later))
    assert [task.node for task in moved.next_tasks] == ["sign_grant"]
    assert queries.read_case(case_id=case_id).data["apply"]["business_name"] == "Warung Siti Jaya"
    assert journal_check.verify_journal().faults == ()


def test_a_stale_click_is_a_clear_conflict_and_changes_nothing(cast):
    case_id = apply_for_sku(cast).case_id
    token = open_task(case_id).token
    act(command(case_id, cast.budi.officer, token, {"result": "complete", "location_seen": "ya"}))
    before = Case.objects.get(id=case_id).revision
    with pytest.raises(Conflict) as refused:
        act(command(case_id, cast.budi.officer, token, {"result": "incomplete", "missing": "Foto kurang"}))
    assert refused.value.code == "done-by-you", "nobody else is blamed"
    assert Case.objects.get(id=case_id).revision == before


def test_the_same_command_twice_is_one_move(cast):
    case_id = apply_for_sku(cast).case_id
    one = command(case_id, cast.budi.officer, open_task(case_id).token, {"result": "complete", "location_seen": "ya"})
    first, second = act(one), act(one)
    assert first.revision == second.revision
    assert Entry.objects.filter(stream=f"case:{case_id}", action="complete").count() == 1


def test_strangers_get_not_found_and_wrong_roles_not_allowed(cast):
    case_id = to_decide(cast)
    token = open_task(case_id).token
    for stranger in (cast.joko.citizen, cast.joko.officer):
        with pytest.raises(NotFound):
            act(command(case_id, stranger, token, {"outcome": "grant", "reason": "Lengkap"}))
    for wrong in (cast.budi.officer, cast.siti.citizen):
        with pytest.raises(NotAllowed):
            act(command(case_id, wrong, token, {"outcome": "grant", "reason": "Lengkap"}))


def test_four_eyes_holds_over_all_rounds(cast):
    from datetime import date

    from balai.doors.console.demo.cast import CONSOLE
    from balai.records.offices import actions as offices
    from balai.records.offices import queries as office_queries

    post = next(post for post in office_queries.list_posts(cast.unit_id) if post.role == "section-head")
    offices.appoint(
        command_id=uuid4(), actor=CONSOLE, now=NOW, post_id=post.id, person_id=cast.budi.person_id,
        from_date=date(2026, 1, 1), basis="SK Contoh",
    )  # fmt: skip
    clerk = next(post for post in office_queries.list_posts(cast.unit_id) if post.role == "clerk")
    offices.appoint(
        command_id=uuid4(), actor=CONSOLE, now=NOW, post_id=clerk.id, person_id=cast.ratna.person_id,
        from_date=date(2026, 1, 1), basis="SK Contoh",
    )  # fmt: skip
    case_id = apply_for_sku(cast).case_id
    act(command(case_id, cast.ratna.officer, open_task(case_id).token, {"result": "complete", "location_seen": "ya"}))
    task = open_task(case_id)
    assert task.assignee_id != cast.ratna.person_id
    with pytest.raises(NotAllowed) as refused:
        act(command(case_id, cast.ratna.officer, task.token, {"outcome": "grant", "reason": "Lengkap"}))
    assert refused.value.code == "four-eyes"
    Worker().drain(NOW)


def test_a_sign_task_is_not_completed_by_a_form(cast):
    case_id = to_decide(cast)
    act(command(case_id, cast.ratna.officer, open_task(case_id).token, {"outcome": "grant", "reason": "Lengkap"}))
    with pytest.raises(Invalid) as refused:
        act(command(case_id, cast.ratna.officer, open_task(case_id).token))
    assert refused.value.code == "sign-at-desk"


def test_withdrawing_ends_everything(cast):
    case_id = apply_for_sku(cast).case_id
    act(Command(id=uuid4(), actor=cast.siti.citizen, now=NOW, case_id=case_id, action="withdraw"))
    case = Case.objects.get(id=case_id)
    assert (case.status, case.outcome) == ("closed", "withdrawn")
    assert not Task.objects.filter(case_id=case_id, state="open").exists()
    with pytest.raises(Conflict) as refused:
        act(Command(id=uuid4(), actor=cast.siti.citizen, now=NOW, case_id=case_id, action="withdraw"))
    assert refused.value.code == "case-closed"


def test_the_clock_reminds_tells_and_deems(cast):
    case_id = apply_for_sku(cast).case_id
    case = Case.objects.get(id=case_id)
    assert jobs.run_legal_clock(case.remind_at + timedelta(minutes=1)) == 1
    assert jobs.run_legal_clock(case.remind_at + timedelta(minutes=2)) == 0
    jobs.run_legal_clock(case.due_at + timedelta(minutes=1))
    closed = Case.objects.get(id=case_id)
    assert (closed.status, closed.outcome) == ("closed", "deemed_granted")
    assert Entry.objects.filter(stream=f"case:{case_id}", action="deem").get().body["status"] == "unconfirmed"
    assert journal_check.verify_journal().faults == ()


def test_a_paused_case_is_never_deemed(cast):
    case_id = apply_for_sku(cast).case_id
    data = {"result": "incomplete", "missing": "Foto kurang jelas"}
    act(command(case_id, cast.budi.officer, open_task(case_id).token, data))
    jobs.run_legal_clock(NOW + timedelta(days=60))
    assert Case.objects.get(id=case_id).status == "waiting"


def test_an_applicant_who_never_answers_lets_the_case_lapse(cast):
    case_id = apply_for_sku(cast).case_id
    data = {"result": "incomplete", "missing": "Foto kurang jelas"}
    act(command(case_id, cast.budi.officer, open_task(case_id).token, data))
    jobs.fire_due_timers(NOW + timedelta(days=90))
    assert Case.objects.get(id=case_id).outcome == "lapsed"


def test_a_failing_second_write_leaves_nothing_behind(cast, monkeypatch):
    from balai.casework.cases.actions.effects import Recorder

    def fail(self):
        raise OSError("disk full")

    case_id = apply_for_sku(cast).case_id
    before = (Entry.objects.count(), Message.objects.count(), Task.objects.count())
    monkeypatch.setattr(Recorder, "finish", fail)
    with pytest.raises(OSError, match="disk full"):
        act(
            command(case_id, cast.budi.officer, open_task(case_id).token, {"result": "complete", "location_seen": "ya"})
        )
    assert (Entry.objects.count(), Message.objects.count(), Task.objects.count()) == before
    assert open_task(case_id).node == "check"


def test_tasks_are_claimed_released_and_handed_over(cast):
    case_id = apply_for_sku(cast).case_id
    token, budi = open_task(case_id).token, cast.budi.officer
    release(command_id=uuid4(), actor=budi, now=NOW, case_id=case_id, token=token)
    assert open_task(case_id).assignee_id is None
    claim(command_id=uuid4(), actor=budi, now=NOW, case_id=case_id, token=token)
    assert open_task(case_id).assignee_id == cast.budi.person_id
    with pytest.raises(Invalid):
        hand_over(
            command_id=uuid4(), actor=budi, now=NOW, case_id=case_id, token=token, to=cast.joko.person_id, reason="cuti"
        )
    add_note(command_id=uuid4(), actor=budi, now=NOW, case_id=case_id, body="Sudah ditelepon")
    assert journal_check.verify_journal().faults == ()


def test_opening_a_case_is_recorded_and_shows_what_it_should(cast):
    submitted = apply_for_sku(cast)
    seen = queries.open_case(cast.budi.officer, submitted.number, now=NOW, purpose="memeriksa berkas")
    assert seen.data["apply"]["business_name"] == "Warung Siti"
    assert [task.node for task in seen.my_tasks] == ["check"]
    access = Access.objects.get(object=f"case:{submitted.case_id}")
    assert (access.person_id, access.reader_id) == (cast.siti.person_id, cast.budi.person_id)
    mine = queries.open_case(cast.siti.citizen, submitted.number.lower().replace("-", " "), now=NOW)
    assert mine.standing.holder
    assert Access.objects.count() == 1
    for stranger in (cast.joko.citizen, cast.joko.officer):
        with pytest.raises(NotFound):
            queries.open_case(stranger, submitted.number, now=NOW)
    assert queries.open_case(
        cast.joko.citizen, submitted.number, now=NOW, track_code=submitted.track_code
    ).standing.holder


def test_cases_are_found_by_number_name_and_nik_within_the_unit(cast):
    submitted = apply_for_sku(cast)
    for words in (submitted.number, "siti rahma", "9901014101900001"):
        found = queries.search_cases(cast.budi.person_id, words, now=NOW)
        assert [row.number for row in found] == [submitted.number], words
    assert queries.search_cases(cast.budi.person_id, "sit", now=NOW) == []
    assert queries.search_cases(cast.joko.person_id, submitted.number, now=NOW) == []


def test_the_inbox_is_two_or_three_queries_and_the_step_a_handful(
    cast, django_assert_num_queries, django_assert_max_num_queries
):
    for _ in range(3):
        apply_for_sku(cast)
    with django_assert_num_queries(2):
        assert len(queries.list_inbox(cast.budi.person_id, now=NOW)) == 3
    with django_assert_num_queries(4):  # the units, and which of their owners cannot do them
        assert len(queries.list_inbox(cast.budi.person_id, now=NOW, which="unit")) == 3
    case_id = Case.objects.order_by("submitted_at").first().id
    task = open_task(case_id)
    with django_assert_max_num_queries(16):
        act(command(case_id, cast.budi.officer, task.token, {"result": "complete", "location_seen": "ya"}))


def test_a_number_of_letters_alone_is_a_number_too(cast, monkeypatch):
    monkeypatch.setattr(rules, "make_number", lambda short: f"{short}-FQDD-XQEV")
    submitted = apply_for_sku(cast)
    assert submitted.number == "SKU-FQDD-XQEV"
    for typed in ("SKU-FQDD-XQEV", "sku fqdd xqev", "sku-fqddxqev"):
        assert [row.number for row in queries.search_cases(cast.budi.person_id, typed, now=NOW)] == [submitted.number]


def test_a_party_to_the_case_cannot_say_what_happened_outside(cast):
    case_id = apply_for_sku(cast).case_id
    for actor in (cast.siti.citizen, cast.budi.officer):
        with pytest.raises(NotAllowed):
            act(command(case_id, actor, "", {"name": "paid"}, action="message"))
