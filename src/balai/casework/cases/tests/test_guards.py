"""What keeps a case honest: other eyes over all its rounds, one answer to one command, and who counts as what."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service

from balai.base import crypto
from balai.base.actors import ANONYMOUS, Actor
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.casework.cases import policy, queries
from balai.casework.cases.actions import Command, Submission, act, claim, hand_over, release, submit
from balai.casework.cases.models import Case, Task
from balai.casework.catalogue import queries as catalogue
from balai.doors.console.demo.cast import AUTHENTICATOR, CONSOLE, Member
from balai.records.offices import actions as offices
from balai.records.offices import queries as office_queries
from balai.records.people import actions as people
from balai.records.people import policy as people_policy
from balai.records.people import queries as people_queries

pytestmark = pytest.mark.django_db(transaction=True)
SKU = "surat-keterangan-usaha"


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


def appoint(member: Member, role: str, unit: str = "kel-64.72.05.1003") -> None:
    if not people_policy.has_authenticator_app(member.account_id):
        TOTP.activate(people_queries.get_account(member.account_id), AUTHENTICATOR)
    post = next(one for one in office_queries.list_posts(office_queries.get_unit(unit).id) if one.role == role)
    offices.appoint(
        command_id=uuid4(), actor=CONSOLE, now=NOW, post_id=post.id, person_id=member.person_id,
        from_date=date(2026, 1, 1), basis="SK Contoh",
    )  # fmt: skip


def do(case_id: UUID, actor: Actor, **answers: Any) -> None:
    token = Task.objects.get(case_id=case_id, state="open").token
    act(Command(id=uuid4(), actor=actor, now=NOW, case_id=case_id, action="complete", token=token, data=answers))


# ---- four eyes


def test_a_repeated_command_is_answered_as_on_its_day_also_when_the_case_is_closed_since(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    token = Task.objects.get(case_id=case_id, state="open").token
    told = Command(
        id=uuid4(), actor=cast.budi.officer, now=NOW, case_id=case_id, action="complete", token=token,
        data={"result": "complete", "location_seen": "ya"},
    )  # fmt: skip
    first = act(told)
    assert [(task.node, task.state) for task in first.next_tasks] == [("decide", "open")]
    act(Command(id=uuid4(), actor=cast.siti.citizen, now=NOW, case_id=case_id, action="withdraw"))
    again = act(told)
    assert (again.status, again.outcome, again.revision) == (first.status, first.outcome, first.revision)
    assert [(task.node, task.state) for task in again.next_tasks] == [("decide", "open")], "as it lay there then"


@pytest.fixture
def second_round(cast: Cast) -> UUID:
    """Let Ratna check a case as a clerk and send it back, and Budi check it when it returns: now it is to be decided."""
    appoint(cast.ratna, "clerk")
    case_id = apply_for_sku(cast).case_id
    do(case_id, cast.ratna.officer, result="incomplete", missing="Foto kurang jelas")
    do(case_id, cast.siti.citizen, **queries.read_case(case_id=case_id).data["apply"])
    do(case_id, cast.budi.officer, result="complete", location_seen="ya")
    assert Task.objects.get(case_id=case_id, state="open").node == "decide"
    return case_id


def test_who_checked_in_an_earlier_round_does_not_decide_in_a_later_one(cast: Cast, second_round: UUID) -> None:
    assert Task.objects.get(case_id=second_round, state="open").assignee_id is None, "nobody else here is a head"
    with pytest.raises(NotAllowed) as refused:
        do(second_round, cast.ratna.officer, outcome="grant", reason="Lengkap")
    assert refused.value.code == "four-eyes"


def test_who_checked_in_an_earlier_round_does_not_take_the_decision_onto_their_desk(
    cast: Cast, second_round: UUID
) -> None:
    token = Task.objects.get(case_id=second_round, state="open").token
    with pytest.raises(NotAllowed) as refused:
        claim(command_id=uuid4(), actor=cast.ratna.officer, now=NOW, case_id=second_round, token=token)
    assert refused.value.code == "four-eyes"


def test_a_decision_is_not_handed_to_who_checked_in_an_earlier_round(cast: Cast, second_round: UUID) -> None:
    appoint(cast.joko, "head", "kec-64.72.05")
    token = Task.objects.get(case_id=second_round, state="open").token
    told: dict[str, Any] = {"actor": cast.joko.officer, "now": NOW, "case_id": second_round, "token": token}
    for other in (cast.ratna, cast.budi, cast.siti):
        with pytest.raises(Invalid) as refused:
            hand_over(command_id=uuid4(), to=other.person_id, reason="cuti", **told)
        assert refused.value.code == "cannot-take-task"
    assert Task.objects.get(case_id=second_round, state="open").assignee_id is None


def test_what_lies_on_a_colleagues_desk_is_moved_by_its_holder_or_a_head_alone(cast: Cast) -> None:
    appoint(cast.joko, "clerk")
    case_id = apply_for_sku(cast).case_id
    task = Task.objects.get(case_id=case_id, state="open")
    Task.objects.filter(id=task.id).update(assignee_id=cast.budi.person_id)
    told: dict[str, Any] = {"now": NOW, "case_id": case_id, "token": task.token}
    with pytest.raises(Conflict) as taken:
        claim(command_id=uuid4(), actor=cast.joko.officer, **told)
    assert taken.value.code == "task-taken"
    with pytest.raises(NotAllowed):
        release(command_id=uuid4(), actor=cast.joko.officer, **told)
    with pytest.raises(NotAllowed):
        hand_over(command_id=uuid4(), actor=cast.joko.officer, to=cast.joko.person_id, reason="", **told)
    hand_over(command_id=uuid4(), actor=cast.budi.officer, to=cast.joko.person_id, reason="", **told)
    assert Task.objects.get(id=task.id).assignee_id == cast.joko.person_id


# ---- one command, one deed


CHANGES: dict[str, dict[str, Any]] = {
    "answers": {"data": {"result": "incomplete", "missing": "Foto kurang jelas"}},
    "token": {"token": "9"},
    "reason": {"reason": "lain"},
}


@pytest.mark.parametrize("what", CHANGES)
def test_the_same_command_with_other_data_is_refused(cast: Cast, what: str) -> None:
    case_id = apply_for_sku(cast).case_id
    token = Task.objects.get(case_id=case_id, state="open").token
    first = Command(
        id=uuid4(), actor=cast.budi.officer, now=NOW, case_id=case_id, action="complete", token=token,
        data={"result": "complete", "location_seen": "ya"},
    )  # fmt: skip
    act(first)
    with pytest.raises(Conflict) as refused:
        act(replace(first, **CHANGES[what]))
    assert refused.value.code == "command-reused"


def test_the_same_command_for_another_case_is_refused(cast: Cast) -> None:
    one, other = apply_for_sku(cast).case_id, apply_for_sku(cast).case_id
    first = Command(id=uuid4(), actor=cast.siti.citizen, now=NOW, case_id=one, action="withdraw")
    act(first)
    with pytest.raises(Conflict) as refused:
        act(replace(first, case_id=other))
    assert refused.value.code == "command-reused"
    assert Case.objects.get(id=other).status == "open"


def test_the_same_submission_twice_answers_with_the_same_tracking_code(cast: Cast) -> None:
    story = next(one for one in open_service("izin-usaha-mikro").examples if not _files(one.apply))
    submission = Submission(
        id=uuid4(), actor=cast.siti.citizen, now=NOW, service_id="izin-usaha-mikro", answers=dict(story.apply)
    )
    first, second = submit(submission), submit(submission)
    assert first == second
    assert len(first.track_code) == 20
    kept = Case.objects.get(id=first.case_id)
    assert bytes(kept.track_hash) == crypto.lookup_hash("track", second.track_code)
    assert queries.open_case(ANONYMOUS, second.number, now=NOW, track_code=second.track_code).standing.holder
    with pytest.raises(NotFound):
        queries.open_case(ANONYMOUS, second.number, now=NOW, track_code="A" * 20)


def _files(answers: Any) -> bool:
    return "file" in str(answers)


# ---- who counts as what


def standing(actor: Actor, **changes: Any) -> policy.Standing:
    told: dict[str, Any] = {
        "applicant_id": None, "submitted_by_id": None, "service": catalogue.get_service(SKU),
        "unit_path": office_queries.get_unit("kel-64.72.05.1003").path, "now": NOW, "parties": (), **changes,
    }  # fmt: skip
    return policy.standing_of(actor, **told)


def test_nobody_is_the_holder_of_a_case_without_an_account(cast: Cast) -> None:
    assert standing(ANONYMOUS).stranger
    assert standing(cast.joko.citizen).stranger
    assert standing(ANONYMOUS, proven_by_link=True).holder


def test_the_applicant_and_who_sent_it_for_them_are_its_holders(cast: Cast) -> None:
    siti = cast.siti.person_id
    assert standing(cast.siti.citizen, applicant_id=siti).holder
    assert standing(cast.siti.citizen, applicant_id=cast.joko.person_id, submitted_by_id=siti).holder
    assert standing(cast.siti.citizen, applicant_id=cast.joko.person_id).stranger


def test_an_officer_at_the_desk_is_no_holder_of_their_own_case(cast: Cast) -> None:
    mine = standing(cast.joko.officer, applicant_id=cast.joko.person_id)
    assert mine.stranger and not mine.holder
    api = Actor("officer", "api", person_id=cast.budi.person_id)
    assert standing(api, applicant_id=cast.budi.person_id) == policy.Standing(roles=frozenset({"clerk"}))
    desk = Actor("person", "desk", person_id=cast.joko.person_id)
    assert standing(desk, applicant_id=cast.joko.person_id).stranger


def test_only_the_houses_own_machines_are_the_house(cast: Cast) -> None:
    assert standing(Actor("system", "clock", name="x")).house
    assert standing(Actor("machine", "console", name="x")).house
    assert standing(Actor("machine", "api", name="x")).stranger
    assert standing(Actor("person", "console", person_id=cast.joko.person_id)).stranger


def test_a_post_reaches_the_units_below_it_and_no_other(cast: Cast) -> None:
    appoint(cast.joko, "head", "kec-64.72.05")
    assert standing(cast.joko.officer).roles == {"head"}
    other = office_queries.get_unit("kel-64.72.01.1001").path
    assert standing(cast.joko.officer, unit_path=other).stranger
    assert standing(cast.joko.officer, unit_path=office_queries.get_unit("kota").path).stranger


def test_a_post_that_the_service_does_not_name_opens_nothing(cast: Cast) -> None:
    appoint(cast.joko, "counter")
    assert standing(cast.joko.officer).stranger
    appoint(cast.joko, "auditor", "inspektorat")
    assert standing(cast.joko.officer, unit_path=office_queries.get_unit("inspektorat").path).stranger
    assert policy.is_auditor(cast.joko.officer, NOW)
    assert not policy.is_auditor(cast.joko.citizen, NOW)
    assert not policy.is_auditor(cast.budi.officer, NOW)


def test_a_head_answers_for_cases_of_services_that_name_no_head_and_an_auditor_for_none(cast: Cast) -> None:
    service = replace(catalogue.get_service(SKU), roles=("clerk", "auditor"))
    assert standing(cast.ratna.officer, service=service).roles == {"head"}
    appoint(cast.joko, "auditor", "inspektorat")
    place = office_queries.get_unit("inspektorat").path
    assert standing(cast.joko.officer, service=service, unit_path=place).stranger, "though a service names the role"


def test_who_holds_a_mandate_for_the_applicant_is_their_side_while_it_lasts(cast: Cast) -> None:
    siti = cast.siti.person_id
    mandate = people.offer_mandate(
        command_id=uuid4(), actor=cast.siti.citizen, now=NOW, principal_id=siti, agent_id=cast.joko.person_id,
        kind="family", services=[SKU], from_date=NOW.date(), to_date=None,
    )  # fmt: skip
    assert standing(cast.joko.citizen, applicant_id=siti).stranger, "it is only offered"
    people.accept_mandate(command_id=uuid4(), actor=cast.joko.citizen, now=NOW, mandate_id=mandate)
    assert standing(cast.joko.citizen, applicant_id=siti).holder
    assert standing(cast.joko.citizen, applicant_id=cast.budi.person_id).stranger
    assert standing(cast.joko.citizen, applicant_id=siti, service=replace(catalogue.get_service(SKU), id="x")).stranger
    people.revoke_mandate(command_id=uuid4(), actor=cast.siti.citizen, now=NOW, mandate_id=mandate, reason="selesai")
    assert standing(cast.joko.citizen, applicant_id=siti, now=NOW + timedelta(days=1)).stranger


@pytest.mark.parametrize("action", ["fire", "operation-done", "operation-failed", "message", "retry", "move"])
def test_only_the_house_says_what_happened_by_itself(cast: Cast, action: Any) -> None:
    case_id = apply_for_sku(cast).case_id
    token = Task.objects.get(case_id=case_id, state="open").token
    for actor in (cast.budi.officer, cast.ratna.officer, cast.siti.citizen):
        with pytest.raises(NotAllowed):
            act(
                Command(
                    id=uuid4(), actor=actor, now=NOW, case_id=case_id, action=action, token=token, reason="x",
                    data={"name": "x"},
                )
            )  # fmt: skip


def test_an_officer_does_not_withdraw_for_the_holder(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    with pytest.raises(NotAllowed):
        act(Command(id=uuid4(), actor=cast.budi.officer, now=NOW, case_id=case_id, action="withdraw"))


def test_an_officer_does_not_answer_for_the_applicant_and_the_applicant_not_for_an_officer(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    with pytest.raises(NotAllowed):
        do(case_id, cast.siti.citizen, result="complete", location_seen="ya")
    do(case_id, cast.budi.officer, result="incomplete", missing="Foto kurang jelas")
    for officer in (cast.budi.officer, cast.ratna.officer):
        with pytest.raises(NotAllowed):
            do(case_id, officer, **queries.read_case(case_id=case_id).data["apply"])


def test_whoever_works_on_a_case_without_a_steps_role_does_not_do_it(cast: Cast) -> None:
    appoint(cast.joko, "clerk")
    case_id = apply_for_sku(cast).case_id
    with pytest.raises(NotAllowed) as refused:
        do(case_id, cast.ratna.officer, result="complete", location_seen="ya")
    assert refused.value.code == "not-allowed"
    do(case_id, cast.budi.officer, result="complete", location_seen="ya")
    with pytest.raises(NotAllowed) as refused:  # and not for four-eyes: he did nothing here
        do(case_id, cast.joko.officer, outcome="grant", reason="Lengkap")
    assert refused.value.code == "not-allowed"


def test_the_house_may_do_any_step(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    do(case_id, CONSOLE, result="incomplete", missing="Foto kurang jelas")
    do(case_id, CONSOLE, **queries.read_case(case_id=case_id).data["apply"])
    assert Task.objects.get(case_id=case_id, state="open").node == "check"


def test_a_closed_case_does_not_move(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    token = Task.objects.get(case_id=case_id, state="open").token
    act(Command(id=uuid4(), actor=cast.siti.citizen, now=NOW, case_id=case_id, action="withdraw"))
    late = NOW + timedelta(minutes=1)
    with pytest.raises(Conflict) as refused:
        act(Command(id=uuid4(), actor=cast.budi.officer, now=late, case_id=case_id, action="complete", token=token))
    assert refused.value.code == "case-closed"


def test_what_is_known_of_how_an_applicant_is_reached_decides_where_they_are_written_to() -> None:
    portal, counter = Actor("person", "portal"), Actor("officer", "counter")

    def means(actor: Actor, level: str, agent: str, proven: str) -> str:
        return policy.contact_means(actor, level=level, agent_level=agent, proven=proven)

    assert means(portal, "contact", "none", "") == "account"
    assert means(counter, "none", "none", "email") == "counter"
    assert means(portal, "none", "contact", "email") == "agent"
    assert means(portal, "none", "none", "phone") == "phone"
    assert means(portal, "none", "none", "") == ""
    assert policy.reaching("account", known=True) == ("email", "phone")
    assert policy.reaching("counter", known=False) == ("email", "phone")
    assert policy.reaching("phone", known=False) == ("phone",)
    assert policy.reaching("agent", known=False) == ()
