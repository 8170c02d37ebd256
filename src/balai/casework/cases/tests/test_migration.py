"""Running cases go on under a new version of their folder: told first, then done, and nothing is lost on the way."""

import re
import shutil
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.conf import settings
from tests.cast import NOW, apply_for_sku, files_of, make_cast, open_service

from balai.base import journal_check, sql
from balai.base.actors import Actor
from balai.base.errors import Conflict, Invalid, NotAllowed
from balai.base.models import Entry
from balai.base.outbox import Worker
from balai.casework.cases import history, jobs, queries
from balai.casework.cases.actions import Command, act, fill_apart, migrate_case, preview_migration
from balai.casework.cases.models import Case, Evidence, Pause, Task, Timer
from balai.casework.catalogue import queries as catalogue
from balai.doors.console.demo.cast import CONSOLE
from balai.engine import manifest
from balai.records.folders import packing
from balai.records.folders.models import FolderVersion

pytestmark = pytest.mark.django_db(transaction=True)
SKU = "surat-keterangan-usaha"
SEND_BACK = {"result": "incomplete", "missing": "Foto kurang jelas"}
COMPLETE = {"result": "complete", "location_seen": "ya"}
GRANT = {"outcome": "grant", "reason": "Lengkap"}
RENAMED = {"check": "verify"}


@pytest.fixture
def cast():
    open_service()
    return make_cast(NOW)


@pytest.fixture
def publish(tmp_path):
    """Publish a changed copy of the folder: its step `check` renamed, then each (file, old, new) replaced."""

    def make(version, *changes, renamed=True):
        folder = tmp_path / version / SKU
        shutil.copytree(settings.BALAI_SERVICES / SKU, folder)
        for path in [each for each in folder.rglob("*") if each.is_file()]:
            text = path.read_text()
            path.write_text(re.sub(r"\bcheck\b", "verify", text) if renamed else text)
        for name, old, new in [("service.yaml", '"2026.1"', f'"{version}"'), *changes]:
            text = (folder / name).read_text()
            assert old in text, f"{old!r} is not in {name}"
            (folder / name).write_text(text.replace(old, new))
        files, town = files_of(folder), files_of(settings.BALAI_TOWN_FOLDER)
        service = manifest.read_service(files, folder=SKU, town=manifest.read_town(town), published=bool(changes))
        FolderVersion.objects.create(
            key=service.key, kind="service", folder_id=SKU, version=version, files=packing.pack(files, town), published_at=NOW,
            current=False,
        )  # fmt: skip
        return service

    return make


def open_task(case_id):
    return Task.objects.get(case_id=case_id, state="open")


def do(case_id, actor, data, now=NOW):
    token = open_task(case_id).token
    return act(Command(id=uuid4(), actor=actor, now=now, case_id=case_id, action="complete", token=token, data=data))


def preview(case_id, service, mapping=RENAMED):
    return preview_migration(case_id=case_id, key_to=service.key, mapping=mapping, now=NOW)


def migrate(case_id, service, mapping=RENAMED, now=NOW, **changes):
    given = {"command_id": uuid4(), "actor": CONSOLE, "now": now, "case_id": case_id, "key_to": service.key}
    return migrate_case(**given, mapping=mapping, **changes)


def replays(case_id):
    return history.replay(history.get_position(Case.objects.get(id=case_id).number))[1] == ""


def test_without_a_mapping_a_renamed_step_is_told_and_nothing_happens(cast, publish):
    case_id, new = apply_for_sku(cast).case_id, publish("2026.2")
    plan = preview(case_id, new, {})
    assert not plan.possible and "check=<id" in " ".join(plan.why)
    before = Case.objects.get(id=case_id)
    with pytest.raises(Invalid, match="check=<id"):
        migrate(case_id, new, {})
    after = Case.objects.get(id=case_id)
    assert (after.service_key, after.revision) == (before.service_key, before.revision)
    assert not Entry.objects.filter(action="migrate").exists()


def test_a_case_goes_on_where_it_stood_under_the_new_version(cast, publish):
    case_id, new = apply_for_sku(cast).case_id, publish("2026.2")
    before, task = Case.objects.get(id=case_id), open_task(case_id)
    plan = preview(case_id, new)
    assert plan.possible and [(note.node_from, note.node_to) for note in plan.tokens] == [("check", "verify")]
    assert plan.unread == plan.left == plan.unasked == ()
    migrate(case_id, new)
    after, moved = Case.objects.get(id=case_id), open_task(case_id)
    assert after.service_key == new.key != before.service_key
    assert (after.due_at, after.remind_at, after.status) == (before.due_at, before.remind_at, "open")
    assert (moved.id, moved.token, moved.node) == (task.id, task.token, "verify")
    assert (moved.assignee_id, moved.due_at) == (task.assignee_id, task.due_at)
    line = Entry.objects.get(stream=f"case:{case_id}", action="migrate")
    assert (line.body["version_from"], line.body["version_to"]) == ("2026.1", "2026.2")
    assert line.body["mapping"] == RENAMED and line.actor == "system:demo"
    assert journal_check.verify_journal().faults == () and replays(case_id)
    do(case_id, cast.budi.officer, COMPLETE)
    do(case_id, cast.ratna.officer, GRANT)
    assert open_task(case_id).node == "sign_grant" and replays(case_id)


def test_answers_four_eyes_and_reasons_follow_a_renamed_step(cast, publish):
    case_id, new = apply_for_sku(cast).case_id, publish("2026.2")
    do(case_id, cast.budi.officer, COMPLETE)
    migrate(case_id, new)
    row = queries.read_case(case_id=case_id)
    assert row.data["verify"]["result"] == "complete" and "check" not in row.data
    assert ("verify", cast.budi.person_id) in row.done, "who checked may still not decide"
    do(case_id, cast.ratna.officer, GRANT)
    assert open_task(case_id).node == "sign_grant"


def test_tasks_of_a_release_that_kept_no_four_eyes_are_told_apart_once(cast):
    made = [apply_for_sku(cast).case_id for _ in range(2)]
    for case_id in made:
        do(case_id, cast.budi.officer, COMPLETE)
    other = apply_for_sku(cast).case_id  # still at `check`, which anybody of the role may do
    Task.objects.update(apart_from="")
    fill = partial(fill_apart, command_id=uuid4(), actor=CONSOLE, now=NOW)
    assert fill() == 2 and fill() == 0
    told = {(task.case_id, task.node): task.apart_from for task in Task.objects.filter(state="open")}
    assert told == {**{(case_id, "decide"): ",check," for case_id in made}, (other, "check"): ""}
    assert Task.objects.exclude(state="open").filter(apart_from__contains="check").count() == 0
    assert journal_check.verify_journal().faults == ()


def test_who_did_a_step_is_not_forgotten_because_it_was_renamed(cast, publish):
    case_id, new = apply_for_sku(cast).case_id, publish("2026.2")
    do(case_id, cast.budi.officer, SEND_BACK)
    plan = preview(case_id, new, {})
    assert [note.problem for note in plan.tokens] == [""] * len(plan.tokens), "every token could go on"
    assert plan.why and "check=<id" in plan.why[0] and plan.left == ("check",)
    assert preview(case_id, new).possible


def test_a_pause_stays_and_a_fired_timer_stays_fired(cast, publish):
    case_id, new = apply_for_sku(cast).case_id, publish("2026.2")
    do(case_id, cast.budi.officer, SEND_BACK)
    jobs.fire_due_timers(NOW + timedelta(days=15))
    timers = list(Timer.objects.filter(case_id=case_id).values_list("token", "due_at"))
    assert len(timers) == 1, "the reminder has fired, the deadline of 30 days has not"
    before = Case.objects.get(id=case_id)
    migrate(case_id, new, now=NOW + timedelta(days=16))
    after = Case.objects.get(id=case_id)
    assert (after.status, after.paused_at, after.due_at) == ("waiting", before.paused_at, before.due_at)
    assert Pause.objects.filter(case_id=case_id, ended_at__isnull=True).count() == 1
    assert list(Timer.objects.filter(case_id=case_id).values_list("token", "due_at")) == timers
    Worker().drain(NOW + timedelta(days=16))  # the reminder's operation still finds its step
    jobs.fire_due_timers(NOW + timedelta(days=40))
    assert Case.objects.get(id=case_id).outcome == "lapsed" and replays(case_id)


def test_a_new_timer_of_the_new_version_is_set(cast, publish):
    third = (
        '<boundaryEvent id="third" attachedToRef="correct" cancelActivity="false"><timerEventDefinition>'
        "<timeDuration>P20D</timeDuration></timerEventDefinition></boundaryEvent>"
        '<sequenceFlow id="third_remind" sourceRef="third" targetRef="remind"/>'
    )
    new = publish("2026.2", ("process.bpmn", '<sendTask id="remind"', f'{third}<sendTask id="remind"'))
    case_id = apply_for_sku(cast).case_id
    do(case_id, cast.budi.officer, SEND_BACK)
    migrate(case_id, new, now=NOW + timedelta(days=1))
    due = sorted(Timer.objects.filter(case_id=case_id).values_list("due_at", flat=True))
    assert due[1] == NOW + timedelta(days=21), "it counts from the migration"
    assert len(due) == 3 and replays(case_id)


def test_answers_that_would_not_read_are_told_by_field_and_keep_the_case(cast, publish):
    case_id = apply_for_sku(cast).case_id
    new = publish("2026.3", ("form.yaml", "business_name: {type: string, minLength: 3, maxLength: 120}",
                             "business_name: {type: string, minLength: 3, maxLength: 6}"))  # fmt: skip
    plan = preview(case_id, new)
    assert plan.unread == ("apply.business_name (too_long)",) and not plan.possible
    assert "Warung" not in str(plan)
    with pytest.raises(Invalid, match=r"apply\.business_name"):
        migrate(case_id, new)


def test_questions_asked_anew_and_asked_no_more_are_told_and_no_answer_is_lost(cast, publish):
    case_id = apply_for_sku(cast, employees="3").case_id
    new = publish(
        "2026.4",
        ("form.yaml", "      employees: {type: integer, minimum: 0, maximum: 500}\n", "      branch: {type: string}\n"),
        ("form.yaml", "fields: [employees, ", "fields: [branch, "),
        ("form.yaml", "required: [business_name, kind, ", "required: [business_name, branch, kind, "),
    )
    plan = preview(case_id, new)
    assert plan.possible
    assert (plan.unasked, plan.left) == (("apply.branch",), ("apply.employees",))
    migrate(case_id, new)
    do(case_id, cast.budi.officer, COMPLETE)
    data = queries.read_case(case_id=case_id).data
    assert "employees" not in data["apply"]
    assert data["_former"] == {"apply": {"employees": 3}}


def test_a_form_that_reads_another_steps_answers_reads_them_under_their_new_name(cast, publish):
    case_id = apply_for_sku(cast).case_id
    do(case_id, cast.budi.officer, COMPLETE)
    do(case_id, cast.ratna.officer, GRANT)
    shown = (
        "reason: {type: string, format: text, minLength: 5, maxLength: 1000, show_if: 'verify.result = \"complete\"'}"
    )
    new = publish(
        "2026.6", ("form.yaml", "reason: {type: string, format: text, minLength: 5, maxLength: 1000}", shown)
    )  # fmt: skip
    plan = preview(case_id, new)
    assert plan.possible and plan.left == ()
    hidden = shown.replace('"complete"', '"incomplete"')
    other = publish(
        "2026.7", ("form.yaml", "reason: {type: string, format: text, minLength: 5, maxLength: 1000}", hidden)
    )  # fmt: skip
    assert preview(case_id, other).left == ("decide.reason",)


def test_a_task_whose_role_changed_goes_to_who_may_do_it_now(cast, publish):
    new = publish("2026.5", ("service.yaml", "verify: {role: clerk", "verify: {role: head"))
    case_id = apply_for_sku(cast).case_id
    assert open_task(case_id).assignee_id == cast.budi.person_id
    migrate(case_id, new)
    task = open_task(case_id)
    assert (task.role, task.assignee_id, task.unit_id) == ("head", cast.ratna.person_id, cast.unit_id)


def test_files_follow_a_renamed_step(cast, publish):
    case_id, new = apply_for_sku(cast).case_id, publish("2026.2")
    one = Evidence.objects.filter(case_id=case_id).order_by("id").first()
    sql.execute("UPDATE cases_evidence SET place = %s WHERE id = %s", ["check.seen", one.id])
    migrate(case_id, new)
    places = set(Evidence.objects.filter(case_id=case_id).values_list("place", flat=True))
    assert "verify.seen" in places and any(place.startswith("apply.") for place in places)


def test_a_mapping_that_names_nothing_or_lays_answers_over_others_is_refused(cast, publish):
    case_id, new = apply_for_sku(cast).case_id, publish("2026.2")
    do(case_id, cast.budi.officer, COMPLETE)
    do(case_id, cast.ratna.officer, GRANT)
    why = " ".join(preview(case_id, new, {"check": "decide", "nobody": "verify", "decide": "nowhere"}).why)
    assert "'nobody'" in why and "'nowhere'" in why
    assert "overwrite" in " ".join(preview(case_id, new, {"check": "decide"}).why)


def test_closed_cases_strangers_and_second_times_are_refused(cast, publish):
    case_id, new = apply_for_sku(cast).case_id, publish("2026.2")
    for actor in (cast.ratna.officer, cast.siti.citizen, Actor("system", "clock", name="clock")):
        with pytest.raises(NotAllowed):
            migrate_case(command_id=uuid4(), actor=actor, now=NOW, case_id=case_id, key_to=new.key, mapping=RENAMED)
    twice = uuid4()
    for _ in range(2):
        migrate_case(command_id=twice, actor=CONSOLE, now=NOW, case_id=case_id, key_to=new.key, mapping=RENAMED)
    assert Entry.objects.filter(stream=f"case:{case_id}", action="migrate").count() == 1
    with pytest.raises(Invalid, match="this version already"):
        migrate(case_id, new, {})
    act(Command(id=uuid4(), actor=cast.siti.citizen, now=NOW, case_id=case_id, action="withdraw"))
    with pytest.raises(Conflict, match="case-closed"):
        migrate(case_id, new)


def test_versions_are_found_by_name_or_the_beginning_of_a_key(cast, publish):
    new = publish("2026.2")
    old = open_service()
    assert catalogue.find_key(SKU, "2026.2") == catalogue.find_key(SKU, new.key[:8]) == new.key
    assert [version for _, version, _, _ in catalogue.list_versions(SKU)] == ["2026.1", "2026.2"]
    FolderVersion.objects.filter(key=old.key).update(version="2026.2")
    with pytest.raises(Invalid, match="version-ambiguous"):
        catalogue.find_key(SKU, "2026.2")
