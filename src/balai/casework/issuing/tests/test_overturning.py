"""A decision that is objected to, corrected or annulled: each a case about a case, whose letter overturns the other's."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.cast import NOW, Cast, Member, appoint, enlist, make_cast, open_service, sign_seen

from balai.base import journal_check, stories
from balai.base.actors import Actor
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.base.outbox import Worker
from balai.casework.cases import queries
from balai.casework.cases.actions import (
    Command,
    Submission,
    act,
    begin_amendment,
    begin_objection,
    start_draft,
    submit,
)
from balai.casework.cases.models import Case, CaseLink, Draft
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import authority, demo
from balai.casework.issuing import queries as letters
from balai.casework.issuing.models import Letter
from balai.casework.issuing.tests.story import PASSPHRASE, apply, open_letter_service, open_task, sign, to_sign
from balai.casework.notices.models import Notice
from balai.records.filing import queries as filing
from balai.records.offices.models import Appointment

pytestmark = pytest.mark.django_db(transaction=True)
GROUNDS = {
    "grounds": "Petugas datang saat warung tutup, jadi usahanya tidak terlihat.", "wish": "Surat saya diterbitkan",
    "phone": "0812 0000 0001", "true_statement": True,
}  # fmt: skip
WIRED = {
    "objection: {to: {role: head, unit: parent}, within: 21 working-days, basis": "amended_by: {correction: pembetulan-surat, annulment: pembatalan-surat}\n"
    "objection: {to: {role: head, unit: parent}, within: 21 working-days, service: keberatan, reason: decide.reason,"
    " shares: [business_name], basis",
}


class Hall:
    """A town in which Ratna decides, and a district above her where two others look again."""

    def __init__(self) -> None:
        open_letter_service(**WIRED)
        self.cast: Cast = make_cast(NOW)
        for id in ("keberatan", "pembetulan-surat", "pembatalan-surat"):
            open_service(id)
        self.clerk, self.head = enlist("Penelaah Contoh"), enlist("Camat Contoh")
        appoint(self.clerk, "clerk", "kec-64.72.05")
        appoint(self.head, "head", "kec-64.72.05")
        for one in (self.head, self.cast.ratna):
            authority.enroll(
                one.person_id, name="Camat Contoh", organisation="Kota Samarinda", passphrase=PASSPHRASE, now=NOW
            )

    def decided(self, outcome: str = "refuse") -> UUID:
        """Let Siti apply and Ratna decide and sign."""
        case_id, token = to_sign(self.cast, outcome, "Usaha tidak ditemukan")
        sign(self.cast, case_id, token)
        return case_id

    def object(self, case_id: UUID, *, now: datetime = NOW, actor: Actor | None = None, **answers: Any) -> UUID:
        """Let Siti object to the decision of a case, through a draft."""
        siti = actor or self.cast.siti.citizen
        draft_id, _ = begin_objection(actor=siti, now=now, number=number(case_id), lang="id")
        return submit(
            Submission(
                id=uuid4(),
                actor=siti,
                now=now,
                service_id="keberatan",
                answers={**GROUNDS, **answers},
                draft_id=draft_id,
            )
        ).case_id

    def propose(self, case_id: UUID, kind: str, **answers: Any) -> UUID:
        """Let Ratna propose that a letter is corrected or annulled."""
        actor = replace(self.cast.ratna.officer, channel="counter")
        draft_id = begin_amendment(actor=actor, now=NOW, number=number(case_id), kind=kind, lang="id")
        sent = Submission(
            id=uuid4(), actor=actor, now=NOW, service_id=Draft.objects.get(id=draft_id).service_id, answers=answers,
            draft_id=draft_id, on_behalf_of=self.cast.siti.person_id,
        )  # fmt: skip
        return submit(sent).case_id

    def answer(self, case_id: UUID, outcome: str) -> Letter:
        """Let the district examine, decide and sign an objection."""
        done(self.clerk, case_id, {"result": "complete", "finding": "Alasan pemohon terbukti dari nota"})
        remedy = {"remedy": "Ajukan lagi dengan bukti"} if outcome == "refuse" else {}
        done(self.head, case_id, {"outcome": outcome, "reason": "Nota membuktikan usaha berjalan", **remedy})
        return flow_sign(self.head, case_id)


def flow_sign(who: Member, case_id: UUID) -> Letter:
    return sign_seen(who.officer, case_id, open_task(case_id).token, PASSPHRASE, NOW).letter


def done(who: Member, case_id: UUID, data: dict[str, Any]) -> None:
    token = open_task(case_id).token
    act(Command(id=uuid4(), actor=who.officer, now=NOW, case_id=case_id, action="complete", token=token, data=data))


def number(case_id: UUID) -> str:
    return Case.objects.get(id=case_id).number


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> Hall:
    monkeypatch.setitem(authority.SCRYPT, "n", 2**10)
    return Hall()


def test_a_granted_objection_replaces_the_letter_and_both_cases_tell_of_it(hall: Hall) -> None:
    refused = hall.decided()
    old = Letter.objects.get(case_id=refused)
    case_id = hall.object(refused)

    kept = queries.read_case(case_id=case_id)
    told = kept.data["objected"]
    assert (told["number"], told["letter_number"], told["outcome"]) == (number(refused), old.number, "refused")
    assert told["reason"] == "Usaha tidak ditemukan" and told["told"][0]["value"] == "Warung Siti"
    assert kept.unit_code == "kec-64.72.05", "the unit above answers"
    assert kept.data["applicant"]["name"] == "Siti Rahma Contoh"
    with pytest.raises(Conflict, match="objection-running"):
        begin_objection(actor=hall.cast.siti.citizen, now=NOW, number=number(refused), lang="id")
    assert hall.cast.ratna.person_id in kept.parties, "who worked on the decision has no standing there at all"

    new = hall.answer(case_id, "grant")
    old.refresh_from_db()
    assert (old.state, old.replaced_by_id) == ("revoked", new.id)
    assert new.number in old.revoked_reason
    found = letters.find_letter_by_code(old.code, now=NOW)
    assert found is not None
    assert (found.status, found.replaced_by) == ("revoked", new.number)
    assert [one.action for one in queries.list_timeline(refused)][-2:] == ["objected", "overturned"]
    assert [(one.number, one.follows) for one in queries.list_linked(refused)] == [(kept.number, True)]
    assert [(one.number, one.follows) for one in queries.list_linked(case_id)] == [(number(refused), False)]
    with pytest.raises(Conflict, match="objection-answered"):
        begin_objection(actor=hall.cast.siti.citizen, now=NOW, number=number(refused), lang="id")
    Worker().drain(NOW)
    events = set(Notice.objects.values_list("event", flat=True))
    assert "letter-revoked" not in events, "the objection's own case tells it"
    assert not journal_check.verify_journal().faults


def test_only_the_holder_objects_within_the_term_and_from_the_case(hall: Hall) -> None:
    refused = hall.decided()
    with pytest.raises(Invalid, match="about-missing"):
        start_draft(actor=hall.cast.siti.citizen, now=NOW, service_id="keberatan", answers={})
    with pytest.raises(NotFound):
        begin_objection(actor=hall.cast.joko.citizen, now=NOW, number=number(refused), lang="id")
    with pytest.raises(Invalid, match="about-missing"):  # nobody binds a case by naming it alone
        submit(Submission(id=uuid4(), actor=hall.cast.siti.citizen, now=NOW, service_id="keberatan", answers=GROUNDS))
    stranger = Submission(
        id=uuid4(), actor=hall.cast.joko.citizen, now=NOW, service_id="keberatan", answers=GROUNDS, about=refused
    )
    with pytest.raises(NotAllowed):
        submit(stranger)
    with pytest.raises(Conflict, match="about-unfit"):  # not decided yet
        begin_objection(actor=hall.cast.siti.citizen, now=NOW, number=number(apply(hall.cast)), lang="id")
    late = NOW + timedelta(days=60)
    with pytest.raises(Conflict, match="objection-late") as told:
        begin_objection(actor=hall.cast.siti.citizen, now=late, number=number(refused), lang="id")
    assert "2026" in told.value.message("id"), "it says until when"
    # begun in time and sent too late is late
    draft_id, _ = begin_objection(actor=hall.cast.siti.citizen, now=NOW, number=number(refused), lang="id")
    sent = Submission(
        id=uuid4(), actor=hall.cast.siti.citizen, now=late, service_id="keberatan", answers=GROUNDS, draft_id=draft_id
    )
    with pytest.raises(Conflict, match="objection-late"):
        submit(sent)
    assert not CaseLink.objects.exists()


def test_a_refused_objection_leaves_the_letter_and_names_the_next_way(hall: Hall) -> None:
    refused = hall.decided()
    case_id = hall.object(refused)
    hall.answer(case_id, "refuse")
    assert Letter.objects.get(case_id=refused).state == "signed"
    assert [one.action for one in queries.list_timeline(refused)][-1] == "objected"


def test_the_office_corrects_and_annuls_by_letters_that_its_holder_may_object_to(hall: Hall) -> None:
    granted, ratna = hall.decided("grant"), replace(hall.cast.ratna.officer, channel="counter")
    old = Letter.objects.get(case_id=granted)
    with pytest.raises(NotAllowed):
        begin_amendment(actor=hall.cast.siti.citizen, now=NOW, number=number(granted), kind="correction", lang="id")
    corrected = hall.propose(
        granted, "correction", why="Salah ketik pada nama",
        changes=[{"what": "Nama usaha", "written": "Warung Siti", "should_be": "Warung Bu Siti"}],
    )  # fmt: skip
    case = Case.objects.get(id=corrected)
    assert (case.applicant_id, case.unit.code) == (hall.cast.siti.person_id, "kel-64.72.05.1003")
    with pytest.raises(NotAllowed, match="four-eyes"):  # who proposes does not decide
        done(hall.cast.ratna, corrected, {"outcome": "agree", "reason": "Terbukti dari berkas"})
    with pytest.raises(Conflict, match="objection-running"):
        begin_amendment(actor=ratna, now=NOW, number=number(granted), kind="annulment", lang="id")
    done(hall.head, corrected, {"outcome": "agree", "reason": "Terbukti dari berkas"})
    new = flow_sign(hall.head, corrected)
    old.refresh_from_db()
    assert (old.state, old.replaced_by_id) == ("revoked", new.id)

    annulled = hall.propose(
        granted, "annulment", ground="keterangan_palsu", why="Nota itu milik usaha lain di alamat lain"
    )
    done(hall.head, annulled, {"outcome": "agree", "reason": "Nota itu milik usaha lain"})
    flow_sign(hall.head, annulled)
    new.refresh_from_db()
    assert (new.state, new.replaced_by_id) == ("revoked", None), "the letter that held in the first one's place"
    assert queries.find_way(queries.read_case(case_id=annulled), catalogue.get_service("pembatalan-surat"), NOW)
    assert hall.object(annulled)


def test_the_city_tells_of_one_granted_and_one_refused(hall: Hall) -> None:
    first, second = hall.decided(), hall.decided()
    for one in Appointment.objects.filter(post__unit__code="kec-64.72.05"):  # the story brings its own officers
        one.delete()
    stage = stories.Stage("issuing.objections", hall.cast, NOW + timedelta(hours=7), 0)
    for _ in (1, 2):  # told again it is the same story
        for _ in demo.object_to_refusals(stage):
            pass
    states = Letter.objects.filter(case_id__in=(first, second)).values_list("state", flat=True)
    assert sorted(states) == ["revoked", "signed"]
    assert sorted(Case.objects.filter(service_id="keberatan").values_list("outcome", flat=True)) == [
        "granted",
        "refused",
    ]


def test_what_an_objection_is_about_is_held_while_it_runs(hall: Hall) -> None:
    refused = hall.decided()
    case_id = hall.object(refused)
    Worker().drain(NOW)
    (held,) = filing.list_standing("case", [refused])
    assert held.reason == f"Keberatan {number(case_id)}" and held.basis and held.placed_at == NOW
    Worker().drain(NOW)
    assert len(filing.list_standing("case", [refused])) == 1, "held once"
    hall.answer(case_id, "refuse")
    Worker().drain(NOW)
    assert filing.list_standing("case", [refused]) == [] and not journal_check.verify_journal().faults
