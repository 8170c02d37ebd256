"""The clock's law lived once: more time, a second return, warnings, and a silence that the legal desk must confirm."""

from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from tests.cast import NOW, appoint_legal, enlist, files_of, make_cast, photo

from balai.base import journal_check
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.base.models import Entry
from balai.base.outbox import Worker
from balai.casework.cases import jobs, queries
from balai.casework.cases.actions import (
    Command,
    Submission,
    act,
    allow_return,
    confirm_silence,
    decline_silence,
    extend,
    start_draft,
    submit,
)
from balai.casework.cases.models import Case, Draft, Task
from balai.casework.catalogue import queries as catalogue
from balai.casework.notices.models import Notice
from balai.engine import manifest
from balai.engine.manifest.tests import handbook
from balai.records.documents import actions as documents
from balai.records.folders import packing
from balai.records.folders.models import FolderVersion

pytestmark = pytest.mark.django_db(transaction=True)
BAD = {"result": "incomplete", "missing": "Dokumen tidak terbaca"}
WHY = "Menunggu hasil pemeriksaan lapangan"


class Hall:
    """The cast before the handbook's service, with or without the legal desk's review of silence."""

    def __init__(self, *, review: bool = True) -> None:
        self.cast, self.legal = make_cast(NOW), enlist("Wahyu")
        appoint_legal(self.legal)
        files = handbook.grow(handbook.template(), "The clock and its law")
        if not review:
            lines = files["service.yaml"].decode().splitlines()
            kept = [line for line in lines if "silence_review" not in line]
            files["service.yaml"] = "\n".join(kept).encode()
        town = files_of(settings.BALAI_TOWN_FOLDER)
        service = manifest.read_service(files, folder="contoh", town=manifest.read_town(town))
        FolderVersion.objects.create(
            key=service.key, kind="service", folder_id="contoh", version="1", files=packing.pack(files, town),
            published_at=NOW, current=True,
        )  # fmt: skip
        catalogue.forget_current()

    def apply(self) -> UUID:
        siti = self.cast.siti.citizen
        draft_id, _ = start_draft(actor=siti, now=NOW, service_id="contoh", answers={})
        vault = Draft.objects.get(id=draft_id).vault_id
        kept = documents.store(vault, BytesIO(photo()), name="a.jpg", actor=siti, now=NOW)
        self.answers = {
            "village": "64.72.05.1003", "reason": "Melengkapi berkas", "phone": "0812 0000 0001", "true_statement": "ya",
            "document": {"document": str(kept.id), "name": "a.jpg", "type": kept.media_type, "size": kept.size},
        }  # fmt: skip
        return submit(
            Submission(id=uuid4(), actor=siti, now=NOW, service_id="contoh", answers=self.answers, draft_id=draft_id)
        ).case_id

    def do(self, case_id: UUID, actor: object, now: datetime = NOW, **data: object) -> None:
        token = Task.objects.get(case_id=case_id, state="open").token
        act(Command(id=uuid4(), actor=actor, now=now, case_id=case_id, action="complete", token=token, data=data))
        Worker().drain(now)

    def go_on(self, now: datetime) -> None:
        jobs.run_legal_clock(now)
        Worker().drain(now)


def told(case_id: UUID) -> list[str]:
    """List what was told of a case, once a person and kind."""
    return sorted(
        Notice.objects.filter(case_id=case_id, channel__in=("portal", "desk")).values_list("event", flat=True)
    )


def actions_of(case_id: UUID) -> list[str]:
    return list(Entry.objects.filter(stream=f"case:{case_id}").order_by("seq").values_list("action", flat=True))


def faults() -> list[str]:
    return list(map(str, journal_check.verify_journal().faults))


def test_more_time_is_taken_once_told_and_honoured_by_silence() -> None:
    hall = Hall(review=False)
    cast, case_id = hall.cast, hall.apply()
    give = {"actor": cast.ratna.officer, "now": NOW, "case_id": case_id, "reason": WHY}
    with pytest.raises(NotAllowed):
        extend(**{**give, "actor": cast.budi.officer}, command_id=uuid4())
    with pytest.raises(NotFound):
        extend(**{**give, "actor": hall.legal.officer}, command_id=uuid4())
    with pytest.raises(Invalid):
        extend(**{**give, "reason": "Lama"}, command_id=uuid4())
    due, command_id = Case.objects.get(id=case_id).due_at, uuid4()
    with pytest.raises(Conflict, match="extension-late"):
        extend(**{**give, "now": due + timedelta(minutes=1)}, command_id=uuid4())
    extend(**give, command_id=command_id)
    extend(**give, command_id=command_id)
    with pytest.raises(Conflict, match="extended-once"):
        extend(**give, command_id=uuid4())
    Worker().drain(NOW)
    later = Case.objects.get(id=case_id).due_at
    assert (later - due).days == 4 and later.date().isoformat() == "2026-03-09", "two working days, over a weekend"
    assert "extended" in told(case_id)
    row = queries.read_case(case_id=case_id)
    assert row.extended["reason"] == WHY and WHY not in str(Entry.objects.filter(stream=f"case:{case_id}").values())

    hall.go_on(due + timedelta(minutes=1))
    assert Case.objects.get(id=case_id).status == "open", "silence waits for the extended deadline"
    hall.go_on(later + timedelta(minutes=1))
    assert Case.objects.get(id=case_id).outcome == "deemed_granted"
    assert [one for one in actions_of(case_id) if one != "submit"] == ["extend", "warn", "warn", "overdue", "deem"]


def test_the_head_is_warned_of_each_part_of_the_time_once_and_of_none_that_stood_still() -> None:
    hall = Hall(review=False)
    case_id = hall.apply()
    hall.do(case_id, hall.cast.budi.officer, **BAD)
    hall.go_on(NOW + timedelta(days=9))
    assert told(case_id).count("warning") == 0, "the applicant must act"
    back = NOW + timedelta(days=9)
    hall.do(case_id, hall.cast.siti.citizen, back, **hall.answers)
    assert told(case_id).count("warning") == 0, "what stood still has not passed"
    seen = []
    while (at := Case.objects.get(id=case_id).remind_at) is not None:
        hall.go_on(at)
        hall.go_on(at)
        seen.append((at.date().isoformat(), told(case_id).count("warning"), told(case_id).count("reminder")))
    assert seen == [("2026-03-13", 0, 1), ("2026-03-13", 1, 1), ("2026-03-16", 2, 1)], "half of it, four fifths of it"
    parts = Entry.objects.filter(stream=f"case:{case_id}", action="warn").order_by("seq")
    assert [one for entry in parts for one in entry.body.get("percents", ()) if one] == [50, 80]
    subjects = set(Notice.objects.filter(case_id=case_id, event="warning").values_list("person_id", flat=True))
    assert subjects == {hall.cast.ratna.person_id}


def test_a_case_goes_back_a_second_time_only_when_the_head_allowed_it() -> None:
    hall = Hall()
    cast, case_id = hall.cast, hall.apply()
    give = {"actor": cast.ratna.officer, "now": NOW, "case_id": case_id, "reason": "Dokumen pengganti milik orang lain"}
    with pytest.raises(Conflict, match="return-free"):
        allow_return(**give, command_id=uuid4())
    hall.do(case_id, cast.budi.officer, **BAD)
    hall.do(case_id, cast.siti.citizen, **hall.answers)
    with pytest.raises(Invalid, match="second-return"):
        hall.do(case_id, cast.budi.officer, **BAD)
    with pytest.raises(NotAllowed):
        allow_return(**{**give, "actor": cast.budi.officer}, command_id=uuid4())
    allow_return(**give, command_id=uuid4())
    hall.do(case_id, cast.budi.officer, **BAD)
    hall.do(case_id, cast.siti.citizen, **hall.answers)
    with pytest.raises(Invalid, match="second-return"):  # each time anew
        hall.do(case_id, cast.budi.officer, **BAD)
    assert Case.objects.get(id=case_id).sent_back == 2


def test_what_silence_decided_waits_for_the_legal_desk_and_climbs_until_then() -> None:
    hall = Hall()
    cast, (first, second) = hall.cast, (hall.apply(), hall.apply())
    over = Case.objects.get(id=first).due_at + timedelta(minutes=1)
    hall.go_on(over)
    hall.go_on(over + timedelta(minutes=5))
    assert {Case.objects.get(id=one).status for one in (first, second)} == {"open"}
    assert "deemed_granted" not in told(first)
    with pytest.raises(Conflict, match="silence-waits"):
        hall.do(first, cast.budi.officer, over, result="complete")
    assert [one.listed.case_id for one in queries.list_awaited(hall.legal.person_id)] == sorted((first, second)), (
        "both as long"
    )
    number = Case.objects.get(id=first).number
    assert queries.open_for_review(hall.legal.officer, number, now=over).data["apply"]["reason"] == "Melengkapi berkas"
    for actor in (cast.ratna.officer, cast.siti.citizen):
        with pytest.raises(NotAllowed):
            queries.open_for_review(actor, number, now=over)
        with pytest.raises(NotAllowed):
            confirm_silence(command_id=uuid4(), actor=actor, now=over, case_id=first)

    reader = {"event": "silence-waits", "channel": "desk", "case_id": first}
    assert set(Notice.objects.filter(**reader).values_list("person_id", flat=True)) == {hall.legal.person_id}
    hall.go_on(over + timedelta(days=5))
    whom = set(Notice.objects.filter(**reader).values_list("person_id", flat=True))
    assert whom == {hall.legal.person_id, cast.ratna.person_id}, "after a working day the head of the office too"

    at = over + timedelta(days=5)
    confirm_silence(command_id=uuid4(), actor=hall.legal.officer, now=at, case_id=first)
    Worker().drain(at)
    assert Case.objects.get(id=first).outcome == "deemed_granted"
    with pytest.raises(Conflict, match="silence-decided"):
        confirm_silence(command_id=uuid4(), actor=hall.legal.officer, now=at, case_id=first)
    finding = {"reason": "Waktunya belum mulai: berkas belum lengkap", "basis": "UU 30/2014 ps. 53 ayat (3)"}
    with pytest.raises(Invalid):
        decline_silence(
            command_id=uuid4(), actor=hall.legal.officer, now=at, case_id=second, **{**finding, "basis": ""}
        )
    decline_silence(command_id=uuid4(), actor=hall.legal.officer, now=at, case_id=second, **finding)
    hall.go_on(at + timedelta(days=9))
    assert Case.objects.get(id=second).status == "open", "it is not deemed again"
    hall.do(second, cast.budi.officer, at, result="complete")
    assert faults() == []
