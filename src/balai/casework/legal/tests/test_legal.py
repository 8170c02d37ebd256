"""Proposed versions: replayed over past cases that are noted first, whoever is killed; published by a second person alone."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from tests.cast import NOW, Cast, apply_for_sku, appoint_legal, enlist, make_cast

from balai.base.errors import Conflict, NotAllowed
from balai.base.models import Access, Entry
from balai.casework.cases import queries as cases
from balai.casework.cases.actions import Command, act
from balai.casework.catalogue import actions as catalogue_actions
from balai.casework.catalogue import queries as catalogue
from balai.casework.catalogue.folders import COUNTER, SERVICES
from balai.casework.legal import actions, jobs, queries, rules
from balai.casework.legal.models import Proposal
from balai.casework.notices.models import Notice
from balai.doors.console.demo.cast import CONSOLE, Member
from balai.engine import manifest
from balai.engine.manifest.tests.test_counter_service import SHEET
from balai.engine.problems import Problems
from balai.records.folders import actions as folder_actions
from balai.records.folders import differences
from balai.records.law import actions as law
from balai.records.law import queries as marks
from balai.records.people.models import Account

COUNTER_ID = "surat-numpang-nikah"  # of the handbook's sheet
SKU = "surat-keterangan-usaha"
TOWN = settings.BALAI_TOWN_FOLDER


@pytest.fixture
def cast(db: Any) -> Cast:
    made = make_cast(NOW)
    catalogue.forget_current()
    marks.forget_marks()
    Account.objects.filter(id=made.budi.account_id).update(is_administrator=True, second_factor_required=True)
    return made


@pytest.fixture
def legal(cast: Cast) -> Member:
    member = enlist("Petugas hukum")
    appoint_legal(member)
    return member


@pytest.fixture
def folder(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Publish a service, and change its folder; its letters are proven elsewhere."""
    monkeypatch.setattr("balai.records.folders.judging.judge", _read)
    shutil.copytree(settings.BALAI_SERVICES / SKU, tmp_path / "services" / SKU)
    path = tmp_path / "services" / SKU
    catalogue_actions.publish(path, TOWN, actor=CONSOLE, now=NOW)
    change(path, 'version: "2026.1"', 'version: "2026.2"')
    return path


def _read(kind: Any, folder: Path, town: Path | None = None, **more: Any) -> Any:
    from balai.records.folders import judging

    return judging.read(kind, folder, town, units=more.get("units"))


def change(folder: Path, old: str, new: str) -> None:
    sheet = folder / "service.yaml"
    assert old in sheet.read_text("utf-8")
    sheet.write_text(sheet.read_text("utf-8").replace(old, new), "utf-8")


def propose(who: Member, folder: Path, **more: Any) -> UUID:
    sent = {
        "command_id": uuid4(),
        "actor": who.officer,
        "now": NOW + timedelta(hours=1),
        "folder": folder,
        "town": TOWN,
    }
    return actions.propose(**{**sent, **more})


def publish(who: Member, folder: Path, proposal_id: UUID) -> None:
    actions.publish(
        command_id=uuid4(), actor=who.officer, now=NOW + timedelta(hours=2), proposal_id=proposal_id, folder=folder,
        town=TOWN,
    )  # fmt: skip


def replay(proposal_id: UUID) -> Proposal:
    while queries.get_proposal(proposal_id).replay != "done":
        actions.replay_on(proposal_id, now=NOW + timedelta(hours=1))
    return queries.get_proposal(proposal_id)


def closed(cast: Cast, many: int) -> list[UUID]:
    """Let Siti apply and withdraw, so often."""
    made = [apply_for_sku(cast, command_id=uuid4()) for _ in range(many)]
    for one in made:
        command = Command(
            id=uuid4(), actor=cast.siti.citizen, now=NOW + timedelta(minutes=5), case_id=one.case_id, action="withdraw"
        )
        act(command)
    return [one.case_id for one in made]


def test_a_version_is_published_by_a_second_person_after_its_replay(cast: Cast, legal: Member, folder: Path) -> None:
    proposal_id = propose(cast.budi, folder)
    row = queries.get_proposal(proposal_id)
    assert (row.service_id, row.version, row.differs) == (SKU, "2026.2", ["service.yaml"])
    with pytest.raises(Conflict, match="proposal-replaying"):
        publish(legal, folder, proposal_id)
    replay(proposal_id)
    with pytest.raises(NotAllowed, match="four-eyes"):
        publish(cast.budi, folder, proposal_id)
    for stranger in (cast.ratna, cast.joko):
        with pytest.raises(NotAllowed):
            publish(stranger, folder, proposal_id)
    assert catalogue.get_service(SKU).version == "2026.1"
    publish(legal, folder, proposal_id)
    assert catalogue.get_service(SKU).version == "2026.2"
    told = [one.action for one in Entry.objects.filter(stream=f"proposal:{proposal_id}").order_by("seq")]
    assert told == ["propose", "replay", "publish-second"]
    with pytest.raises(Conflict, match="proposal-settled"):
        publish(legal, folder, proposal_id)


def test_wording_alone_is_published_by_one_person_and_more_is_said_in_words_first(cast: Cast, folder: Path) -> None:
    def wording(who: Member) -> Any:
        return catalogue_actions.publish_wording(
            command_id=uuid4(), actor=who.officer, now=NOW + timedelta(hours=1), folder=folder, town=TOWN
        )

    words = folder / "texts" / "id.yaml"
    words.write_text(words.read_text("utf-8").replace("title: ", "title: Baru ", 1), "utf-8")
    with pytest.raises(NotAllowed):
        wording(cast.siti)
    assert wording(cast.budi).version == "2026.2"
    assert catalogue.get_service(SKU).text("title", "id").startswith("Baru ")
    change(folder, 'version: "2026.2"', 'version: "2026.3"')
    change(folder, "due: 1 working-day", "due: 2 working-days")
    with pytest.raises(Conflict, match="proposal-needed"):
        wording(cast.budi)
    found = queries.read_proposed(propose(cast.budi, folder))
    assert any("1 working day becomes 2 working days" in one.en for one in found.changes if one.whom == "officer")
    assert found.unconfirmed
    said = [one.words("id") for one in differences.say_changes(SERVICES, folder, TOWN)]
    assert [one.id for one in found.changes] == said
    assert catalogue.list_unstaffed(found.service, {"clerk": 2, "head": 1}) == []
    lonely = {(one.step, one.alone) for one in catalogue.list_unstaffed(found.service, {"head": 1})}
    assert ("check", False) in lonely


def test_one_person_opens_a_service_only_until_somebody_applied(cast: Cast, legal: Member, folder: Path) -> None:
    told: dict[str, Any] = {"now": NOW, "folder": folder, "town": TOWN}
    budi = cast.budi.officer

    def close() -> None:
        folder_actions.withdraw(SERVICES, SKU, actor=CONSOLE, now=NOW, command_id=uuid4())

    with pytest.raises(Conflict, match="proposal-needed"):  # what is in force takes two from the first day
        actions.install(command_id=uuid4(), actor=budi, **told)
    close()
    with pytest.raises(NotAllowed):
        actions.install(command_id=uuid4(), actor=cast.ratna.officer, **told)
    actions.install(command_id=uuid4(), actor=budi, **told)
    assert catalogue.get_service(SKU).version == "2026.2"
    apply_for_sku(cast)
    close()
    with pytest.raises(Conflict, match="proposal-needed"):
        actions.install(command_id=uuid4(), actor=budi, **told)
    with pytest.raises(Conflict, match="proposal-needed"):
        catalogue_actions.publish(folder, TOWN, actor=budi, now=NOW)
    row = replay(propose(cast.budi, folder))
    assert row.key_before == ""
    assert {"service.yaml", "process.bpmn"} <= set(row.differs)
    with pytest.raises(NotAllowed, match="four-eyes"):
        publish(cast.budi, folder, row.id)
    assert SKU not in catalogue.current_keys()
    publish(legal, folder, row.id)
    assert SKU in catalogue.current_keys()


def test_what_changed_after_it_was_proposed_is_not_published(cast: Cast, legal: Member, folder: Path) -> None:
    proposal_id = propose(cast.budi, folder)
    replay(proposal_id)
    change(folder, 'version: "2026.2"', 'version: "2026.3"')
    with pytest.raises(Conflict, match="proposal-overtaken"):
        publish(legal, folder, proposal_id)
    assert catalogue.get_service(SKU).version == "2026.1"
    assert queries.get_proposal(proposal_id).state == "open"
    catalogue_actions.publish(folder, TOWN, actor=CONSOLE, now=NOW)
    change(folder, 'version: "2026.3"', 'version: "2026.2"')
    with pytest.raises(Conflict, match="proposal-overtaken"):
        publish(legal, folder, proposal_id)
    actions.drop(command_id=uuid4(), actor=legal.officer, now=NOW + timedelta(hours=3), proposal_id=proposal_id)
    assert queries.list_open() == {}


def test_one_version_of_a_service_is_proposed_at_a_time_and_no_empty_one(cast: Cast, folder: Path) -> None:
    command = uuid4()
    first = propose(cast.budi, folder, command_id=command)
    assert propose(cast.budi, folder, command_id=command) == first
    with pytest.raises(Conflict, match="proposal-open"):
        propose(cast.budi, folder)
    actions.drop(command_id=uuid4(), actor=cast.budi.officer, now=NOW, proposal_id=first)
    change(folder, 'version: "2026.2"', 'version: "2026.1"')
    with pytest.raises(Conflict, match="proposal-nothing"):
        propose(cast.budi, folder)
    with pytest.raises(NotAllowed):
        propose(cast.ratna, folder)


def test_each_case_is_noted_once_before_it_is_read_and_only_counts_are_kept(
    cast: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "BATCH", 2)
    ids = closed(cast, 6)
    proposal_id = propose(cast.budi, folder)
    opened: list[UUID] = []
    read = cases.read_case

    def seen(*, case_id: UUID) -> Any:
        noted = Access.objects.filter(object=f"case:{case_id}", purpose="replay")
        assert noted.count() == 1, "read before it was written down"
        opened.append(case_id)
        return read(case_id=case_id)

    monkeypatch.setattr(cases, "read_case", seen)
    row = replay(proposal_id)
    assert sorted(opened) == sorted(ids)
    assert Access.objects.filter(purpose="replay", person_id=cast.siti.person_id).count() == 6
    assert (row.size, row.closed, row.place) == (6, 6, 6)
    assert row.counts == {"groups": {rules.APART: 6}, "hidden": False, "total": 6}
    assert Proposal.objects.get(id=proposal_id).sample is None


def test_a_worker_that_is_killed_between_reading_and_counting_goes_on_and_notes_nobody_twice(
    cast: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "BATCH", 2)
    closed(cast, 5)
    proposal_id = propose(cast.budi, folder)
    count = actions._count
    monkeypatch.setattr(actions, "_count", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            actions.replay_on(proposal_id, now=NOW)
    assert Access.objects.filter(purpose="replay").count() == 2
    assert Proposal.objects.get(id=proposal_id).place == 0
    monkeypatch.setattr(actions, "_count", count)
    row = replay(proposal_id)
    assert Access.objects.filter(purpose="replay").count() == 5
    assert row.counts["total"] == 5


def test_a_batch_is_counted_once_whoever_counts_it_again(cast: Cast, folder: Path) -> None:
    closed(cast, 2)
    proposal_id = propose(cast.budi, folder)
    Proposal.objects.filter(id=proposal_id).update(counts={}, place=0, size=5, replay="running")
    for _ in range(2):
        actions._count(proposal_id, {"same": 1}, 0, 1, NOW)
    row = Proposal.objects.get(id=proposal_id)
    assert (row.place, row.counts) == (1, {"same": 1})


def test_the_worker_does_it_by_itself(cast: Cast, folder: Path) -> None:
    closed(cast, 2)
    proposal_id = propose(cast.budi, folder)
    assert jobs.replay_past_cases(NOW + timedelta(hours=1)) == 2
    assert queries.get_proposal(proposal_id).replay == "done"
    assert jobs.replay_past_cases(NOW + timedelta(hours=1)) == 0


def test_a_case_says_what_the_new_version_would_make_of_it(cast: Cast, folder: Path) -> None:
    case = cases.read_case(case_id=apply_for_sku(cast).case_id)
    case.data["check"] = {"result": "complete", "location_seen": True}
    own = catalogue.get_service(SKU)
    for outcome, end in (("grant", "granted"), ("refuse", "refused")):
        case.data["decide"] = {"outcome": outcome, "reason": "Berkas lengkap."}
        case.data |= {"sign_grant": {"letter": "grant"}, "sign_refusal": {"letter": "refusal"}}
        case.outcome = case.end_event = end
        assert actions._compare(case, own, NOW) == rules.SAME
    case.data["apply"].pop("business_name")
    assert actions._compare(case, own, NOW) == "lacks business_name"


def test_holders_of_the_role_are_alerted_of_a_review_once(cast: Cast, legal: Member) -> None:
    today = NOW.date()
    value = law.LegalValue("service", SKU, "a" * 64, "value.fee_sku", "Perda")
    ground = law.LegalGround("Perda 1/2026", today, "", today + timedelta(days=3))
    law.confirm(command_id=uuid4(), actor=legal.officer, now=NOW, values=[value], ground=ground)
    assert jobs.tell_of_reviews(NOW) == 0
    due = NOW + timedelta(days=3)
    assert jobs.tell_of_reviews(due) > 0
    told = Notice.objects.filter(person_id=legal.person_id).count()
    assert told
    assert jobs.tell_of_reviews(due + timedelta(hours=1)) == 0
    assert Notice.objects.filter(person_id=legal.person_id).count() == told
    assert not Notice.objects.filter(person_id=cast.ratna.person_id).exists()


def test_the_version_that_is_read_for_the_replay_is_the_proposed_one(cast: Cast, folder: Path) -> None:
    proposal_id = propose(cast.budi, folder)
    shutil.rmtree(folder)
    assert replay(proposal_id).replay == "done"
    assert isinstance(catalogue.get_service(SKU), manifest.Service)


def test_what_is_served_at_a_counter_takes_two_persons_too(cast: Cast, legal: Member, tmp_path: Path) -> None:
    folder = tmp_path / "services" / COUNTER_ID
    folder.mkdir(parents=True)
    (folder / "counter.yaml").write_text(SHEET, "utf-8")
    proposal_id = propose(cast.budi, folder, kind=COUNTER)
    row = replay(proposal_id)
    assert (row.kind, row.service_id, row.size) == ("counter", COUNTER_ID, 0)
    found = queries.find_proposed(proposal_id)
    assert found is not None and found.service is None and found.unconfirmed == ("Peraturan daerah setempat",)
    with pytest.raises(NotAllowed, match="four-eyes"):
        publish(cast.budi, folder, proposal_id)
    assert catalogue.find_counter_service(COUNTER_ID) is None
    publish(legal, folder, proposal_id)
    assert catalogue.find_counter_service(COUNTER_ID) is not None
    with pytest.raises(Conflict, match="proposal-nothing"):
        propose(legal, folder, kind=COUNTER)
    sheet = folder / "counter.yaml"
    sheet.write_text(sheet.read_text("utf-8").replace("Gratis", "TODO"), "utf-8")
    with pytest.raises(Problems, match=r"counter\.yaml:"):
        propose(legal, folder, kind=COUNTER)
