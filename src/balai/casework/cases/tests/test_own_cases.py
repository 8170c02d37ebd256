"""Nobody handles their own case: the applicant, their household and their mandates are barred from every officer's step."""

from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.utils.timezone import localdate
from tests.cast import (
    NOW,
    Cast,
    apply_for_sku,
    appoint,
    enlist,
    files_of,
    make_cast,
    open_service,
    photo,
    sku_answers,
)

from balai.base import holdings
from balai.base.actors import Actor
from balai.base.errors import Invalid, NotAllowed
from balai.casework.cases import queries, rules
from balai.casework.cases.actions import (
    Command,
    Submission,
    act,
    add_note,
    claim,
    hand_over,
    release,
    start_draft,
    submit,
)
from balai.casework.cases.models import Case, Draft, Household, Task
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import actions as issuing
from balai.doors.console.demo.cast import CONSOLE, Member
from balai.engine import manifest
from balai.records.documents import actions as documents
from balai.records.folders import packing
from balai.records.folders.models import FolderVersion
from balai.records.people import actions as people
from balai.records.people.models import Mandate

pytestmark = pytest.mark.django_db
VILLAGE, DISTRICT = "kel-64.72.05.1003", "kec-64.72.05"
CARD, OTHER_CARD = "9901010101100001", "9901010101100002"
GOOD = {"result": "complete", "location_seen": "ya"}
SKU = "surat-keterangan-usaha"


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


def open_task(case_id: UUID) -> Task:
    return Task.objects.get(case_id=case_id, state="open")


def ask_for_card() -> str:
    """Publish the service once more with a form that also asks for the family card, and give the version's key."""
    town, files = files_of(settings.BALAI_TOWN_FOLDER), files_of(settings.BALAI_SERVICES / SKU)
    for name, old, new in (
        ("form.yaml", b"[phone, true_statement]}", b"[family_card, phone, true_statement]}"),
        ("form.yaml", b"      phone: {type", b"      family_card: {type: string, format: kk}\n      phone: {type"),
        ("texts/id.yaml", b"      has_nib: {", b"      family_card: {label: Nomor KK}\n      has_nib: {"),
        ("texts/en.yaml", b"      has_nib: {", b"      family_card: {label: Family card}\n      has_nib: {"),
        ("service.yaml", b'version: "2026.1"', b'version: "2026.9"'),
        ("service.yaml", b"sensitive: [", b"sensitive: [apply.family_card, "),
    ):
        assert old in files[name], (name, old)
        files[name] = files[name].replace(old, new, 1)
    service = manifest.read_service(files, folder=SKU, town=manifest.read_town(town))
    FolderVersion.objects.update(current=False)
    FolderVersion.objects.create(
        key=service.key,
        kind="service",
        folder_id=SKU,
        version=service.version,
        files=packing.pack(files, town),
        published_at=NOW,
    )
    catalogue.forget_current()
    return service.key


def apply(actor: Actor, *, on_behalf_of: UUID | None = None, **changes: object) -> UUID:
    """Let somebody apply for the letter."""
    draft_id, _ = start_draft(actor=actor, now=NOW, service_id=SKU, answers={})
    vault_id = Draft.objects.get(id=draft_id).vault_id

    def file(name: str) -> Mapping[str, object]:
        stored = documents.store(vault_id, BytesIO(photo()), name=name, actor=actor, now=NOW)
        return {"document": str(stored.id), "name": name, "type": stored.media_type, "size": stored.size}

    return submit(
        Submission(
            id=uuid4(), actor=actor, now=NOW, service_id=SKU, answers=sku_answers(file, **changes), draft_id=draft_id,
            on_behalf_of=on_behalf_of,
        )
    ).case_id  # fmt: skip


def bind(principal: Member, agent: Member) -> UUID:
    """Let one give another a mandate, and the other take it."""
    offered = people.offer_mandate(
        command_id=uuid4(), actor=principal.citizen, now=NOW, principal_id=principal.person_id,
        agent_id=agent.person_id, kind="family", services=[], from_date=localdate(NOW), to_date=None,
    )  # fmt: skip
    people.accept_mandate(command_id=uuid4(), actor=agent.citizen, now=NOW, mandate_id=offered)
    return offered


def own_case(tie: str, officer: Member, cast: Cast) -> UUID:
    """Make a case that concerns an officer in one way or another."""
    match tie:
        case "applicant":
            return apply(officer.citizen)
        case "agent":
            bind(cast.siti, officer)
            return apply(officer.citizen, on_behalf_of=cast.siti.person_id)
        case "mandate held":
            bind(cast.siti, officer)
        case "mandate given":
            bind(officer, cast.siti)
        case "household":
            ask_for_card()
            apply(officer.citizen, family_card=CARD)
            return apply(cast.siti.citizen, family_card=CARD)
    return apply(cast.siti.citizen)


TIES = ["applicant", "agent", "mandate held", "mandate given", "household"]


@pytest.mark.parametrize("tie", TIES)
def test_a_party_is_not_drawn_and_may_do_nothing_as_an_officer(cast: Cast, tie: str) -> None:
    other = enlist("Wahyu")
    appoint(other, "clerk", VILLAGE)
    case_id, budi = own_case(tie, cast.budi, cast), cast.budi.officer
    task = open_task(case_id)
    assert task.assignee_id == other.person_id
    number = Case.objects.get(id=case_id).number
    given = {"now": NOW, "case_id": case_id, "token": task.token}
    before = Case.objects.get(id=case_id).journal_seq
    for attempt in (
        lambda: claim(command_id=uuid4(), actor=budi, **given),
        lambda: release(command_id=uuid4(), actor=budi, **given),
        lambda: hand_over(command_id=uuid4(), actor=budi, to=other.person_id, reason="", **given),
        lambda: act(Command(id=uuid4(), actor=budi, action="complete", data=GOOD, **given)),
        lambda: add_note(command_id=uuid4(), actor=budi, now=NOW, case_id=case_id, body="Sudah dicek"),
        lambda: queries.open_case(budi, number, now=NOW),
    ):
        with pytest.raises(NotAllowed, match="own-case"):
            attempt()
    for actor in (other.officer, cast.ratna.officer):
        with pytest.raises(Invalid, match="cannot-take-task"):
            hand_over(command_id=uuid4(), actor=actor, to=cast.budi.person_id, reason="", **given)
    assert Case.objects.get(id=case_id).journal_seq == before
    for which in ("mine", "unit"):
        assert number not in {row.number for row in queries.list_inbox(cast.budi.person_id, now=NOW, which=which)}
    assert queries.search_cases(cast.budi.person_id, number, now=NOW) == []
    act(Command(id=uuid4(), actor=other.officer, action="complete", data=GOOD, **given))
    assert open_task(case_id).node == "decide"


@pytest.mark.parametrize("tie", TIES)
def test_when_all_of_the_unit_are_parties_the_unit_above_is_asked(cast: Cast, tie: str) -> None:
    above = enlist("Wahyu")
    appoint(above, "clerk", DISTRICT)
    task = open_task(own_case(tie, cast.budi, cast))
    assert (task.assignee_id, task.unstaffed) == (above.person_id, True)


def test_with_nobody_else_at_all_it_asks_for_attention(cast: Cast) -> None:
    case_id = own_case("applicant", cast.budi, cast)
    assert open_task(case_id).assignee_id is None
    assert [found.case_id for found in queries.list_unstaffed(NOW)] == [case_id]
    Task.objects.update(unstaffed=False)
    assert queries.count_attention(NOW)["unstaffed"] == 1, "told from who is left, not from the mark"


@pytest.mark.parametrize("tie", ["mandate held", "mandate given", "household"])
def test_who_becomes_a_party_afterwards_loses_the_task_on_their_desk(cast: Cast, tie: str) -> None:
    ask_for_card()
    case_id = apply(cast.siti.citizen, family_card=CARD)
    task = open_task(case_id)
    assert task.assignee_id == cast.budi.person_id
    assert queries.count_attention(NOW)["unstaffed"] == 0
    if tie == "household":
        apply(cast.budi.citizen, family_card=CARD)
    else:
        bind(*((cast.siti, cast.budi) if tie == "mandate held" else (cast.budi, cast.siti)))
    assert queries.find_idle([task.id], NOW) == {task.id}
    assert queries.list_inbox(cast.budi.person_id, now=NOW) == []
    assert case_id in {found.case_id for found in queries.list_unstaffed(NOW)}
    other = enlist("Wahyu")
    appoint(other, "clerk", VILLAGE)
    claim(command_id=uuid4(), actor=other.officer, now=NOW, case_id=case_id, token=task.token)
    assert open_task(case_id).assignee_id == other.person_id


@pytest.mark.parametrize("tie", TIES)
def test_a_party_signs_nothing_and_decides_nothing(cast: Cast, tie: str) -> None:
    head = enlist("Wahyu")
    case_id = own_case(tie, cast.ratna, cast)
    step = {"now": NOW, "case_id": case_id, "action": "complete"}
    assert open_task(case_id).assignee_id == cast.budi.person_id
    act(Command(id=uuid4(), actor=cast.budi.officer, token=open_task(case_id).token, data=GOOD, **step))
    decision = {"outcome": "grant", "reason": "Lengkap"}
    with pytest.raises(NotAllowed, match="own-case"):
        act(Command(id=uuid4(), actor=cast.ratna.officer, token=open_task(case_id).token, data=decision, **step))
    appoint(head, "head", DISTRICT)
    act(Command(id=uuid4(), actor=head.officer, token=open_task(case_id).token, data=decision, **step))
    task = open_task(case_id)
    assert (task.node, task.assignee_id) == ("sign_grant", head.person_id)
    with pytest.raises(NotAllowed, match="own-case"):
        issuing.reserve(actor=cast.ratna.officer, now=NOW, case_id=case_id, token=task.token)
    assert issuing.reserve(actor=head.officer, now=NOW, case_id=case_id, token=task.token).number


def test_who_stands_at_no_post_stays_a_stranger_and_the_holder_a_holder(cast: Cast) -> None:
    case_id = own_case("applicant", cast.budi, cast)
    number = Case.objects.get(id=case_id).number
    assert queries.open_case(cast.budi.citizen, number, now=NOW).standing.holder
    act(Command(id=uuid4(), actor=cast.budi.citizen, now=NOW, case_id=case_id, action="withdraw"))
    assert Case.objects.get(id=case_id).outcome == "withdrawn"


def test_an_administrator_moves_no_case_of_their_own(cast: Cast) -> None:
    case_id = own_case("applicant", cast.budi, cast)
    token = open_task(case_id).token
    moved = {"now": NOW, "case_id": case_id, "action": "move", "reason": "-", "data": {"moves": [[token, "decide"]]}}
    operator = Actor("system", "console", cast.budi.person_id, name="operator", second_factor=True)
    with pytest.raises(NotAllowed, match="own-case"):
        act(Command(id=uuid4(), actor=operator, **moved))
    act(Command(id=uuid4(), actor=CONSOLE, **moved))
    assert open_task(case_id).node == "decide"


def test_who_heard_an_application_at_the_counter_may_check_it(cast: Cast) -> None:
    counter = Actor("officer", "counter", cast.budi.person_id, second_factor=True)
    case_id = apply(counter, on_behalf_of=cast.siti.person_id)
    assert Case.objects.get(id=case_id).submitted_by_id == cast.budi.person_id
    assert open_task(case_id).assignee_id == cast.budi.person_id


def test_a_mandate_that_was_over_before_bars_nobody_and_one_that_ends_meanwhile_does(cast: Cast) -> None:
    mandate = bind(cast.siti, cast.budi)
    Mandate.objects.filter(id=mandate).update(state="revoked", ended_at=NOW - timedelta(seconds=1))
    assert open_task(apply_for_sku(cast).case_id).assignee_id == cast.budi.person_id
    Mandate.objects.filter(id=mandate).update(ended_at=NOW + timedelta(seconds=1))
    assert open_task(apply_for_sku(cast).case_id).assignee_id is None
    past = localdate(NOW) - timedelta(days=2)
    Mandate.objects.filter(id=mandate).update(ended_at=None, state="active", from_date=past, to_date=past)
    assert open_task(apply_for_sku(cast).case_id).assignee_id == cast.budi.person_id
    Mandate.objects.filter(id=mandate).update(state="offered", to_date=None)
    assert open_task(apply_for_sku(cast).case_id).assignee_id == cast.budi.person_id, "never taken"


def test_another_family_bars_nobody_and_no_card_number_is_kept(cast: Cast) -> None:
    ask_for_card()
    apply(cast.budi.citizen, family_card=OTHER_CARD)
    case_id = apply(cast.siti.citizen, family_card=CARD)
    assert open_task(case_id).assignee_id == cast.budi.person_id
    kept = [bytes(row.hash) for row in Household.objects.all()]
    assert len(kept) == 2
    assert all(len(row) == 32 and CARD.encode() not in row for row in kept)


def test_a_card_that_a_correction_names_counts_at_once(cast: Cast) -> None:
    ask_for_card()
    apply(cast.budi.citizen, family_card=CARD)
    above = enlist("Wahyu")
    appoint(above, "clerk", DISTRICT)
    case_id = apply(cast.siti.citizen, family_card=OTHER_CARD)
    step = {"now": NOW, "case_id": case_id, "action": "complete"}
    back = {"result": "incomplete", "missing": "Nomor KK keliru"}
    act(Command(id=uuid4(), actor=cast.budi.officer, token=open_task(case_id).token, data=back, **step))
    answers = {**queries.read_case(case_id=case_id).data["apply"], "family_card": CARD}
    act(Command(id=uuid4(), actor=cast.siti.citizen, token=open_task(case_id).token, data=answers, **step))
    assert open_task(case_id).assignee_id == above.person_id


def test_the_households_of_a_shredded_case_are_forgotten(cast: Cast) -> None:
    ask_for_card()
    case_id = apply(cast.siti.citizen, family_card=CARD)
    vault_id = Case.objects.get(id=case_id).vault_id
    holdings.clear([vault_id], NOW)
    assert not Household.objects.filter(case_id=case_id).exists()


def test_cards_are_found_in_groups_of_answers_and_in_what_a_registry_says(cast: Cast) -> None:
    service = catalogue.get_service(SKU, ask_for_card())
    form = service.forms["apply"]
    group = form.fields["partners"]
    object.__setattr__(group, "fields", {**group.fields, "card": form.fields["family_card"]})
    tree = {"apply": {"family_card": CARD, "partners": [{"name": "A", "card": OTHER_CARD}, {"name": "B"}]}}
    assert rules.family_cards(service, tree, ["apply", "check"]) == {CARD, OTHER_CARD}
    object.__setattr__(service.steps["remind"], "operation", rules.LOOK_UP)
    told = {"remind": {"found": True, "available": True, "record": {"family_card": CARD}}}
    assert rules.family_cards(service, told, ["remind"]) == {CARD}
    for silent in ({"record": None}, {"record": {"family_card": ""}}, "?"):
        assert rules.family_cards(service, {"remind": silent}, ["remind"]) == set()
