"""The operator's commands on running cases, as they are typed: case, replay and migrate-cases."""

import re
import shutil
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from tests.cast import NOW, apply_for_sku, files_of, make_cast, open_service

from balai.base import crypto, journal_check
from balai.base.models import Entry
from balai.casework.cases import jobs
from balai.casework.cases.actions import Command, act
from balai.casework.cases.models import Case, Task
from balai.doors.console.__main__ import main
from balai.engine import manifest
from balai.records.folders import packing
from balai.records.folders.models import FolderVersion

pytestmark = pytest.mark.django_db(transaction=True)
SKU = "surat-keterangan-usaha"
PERSONAL = ("Siti", "Warung", "9901014101900001", "0812", "Foto kurang")


@pytest.fixture
def cast():
    open_service()
    return make_cast(NOW)


@pytest.fixture
def case(cast):
    """A case of Siti's that waits for her correction, its first reminder sent and failed."""
    case_id = apply_for_sku(cast).case_id
    token = Task.objects.get(case_id=case_id, state="open").token
    data = {"result": "incomplete", "missing": "Foto kurang jelas"}
    act(
        Command(
            id=uuid4(), actor=cast.budi.officer, now=NOW, case_id=case_id, action="complete", token=token, data=data
        )
    )
    jobs.fire_due_timers(NOW + timedelta(days=15))
    return Case.objects.get(id=case_id)


def run(capsys, *words):
    """Run a command; answer its exit code and what it said."""
    code = main(list(words))
    said = capsys.readouterr()
    return code, said.out + said.err


def test_a_case_is_shown_without_personal_data(case, capsys):
    code, out = run(capsys, "case", case.number.lower())
    assert code == 0
    for word in (
        case.number,
        "waiting",
        "correct",
        "remind",
        "applicant, due",
        "fires 2026-04-01",
        "stands still",
        "submit",
    ):
        assert word in out, word
    assert not [word for word in PERSONAL if word in out]


def test_an_unknown_number_is_told(cast, capsys):
    code, out = run(capsys, "case", "SKU-0000-0000")
    assert (code, "no case SKU-0000-0000" in out) == (2, True)


def test_a_stuck_token_is_shown_and_tried_again(case, cast, capsys):
    token = next(packed[0] for packed in case.state["t"] if packed[1] == "remind")
    from balai.doors.console.demo.cast import CONSOLE

    act(
        Command(
            id=uuid4(), actor=CONSOLE, now=NOW, case_id=case.id, action="operation-failed", token=token,
            data={"code": "smtp-down"},
        )
    )  # fmt: skip
    code, out = run(capsys, "case", case.number)
    assert f"STUCK  token {token} at remind: smtp-down" in out and f"--retry {token}" in out
    code, out = run(capsys, "case", case.number, "--retry", token)
    assert code == 1 and "Write the reason" in out
    code, out = run(capsys, "case", case.number, "--retry", token, "--reason", "Surel pulih")
    assert code == 0 and "STUCK" not in out and "because: Surel pulih" in out
    line = Entry.objects.get(stream=f"case:{case.id}", action="retry")
    assert (line.actor, line.channel, line.body["reason"]) == ("system:operator", "console", "Surel pulih")


def test_a_token_is_moved_and_another_ended(case, capsys):
    tokens = {packed[1]: packed[0] for packed in case.state["t"]}
    move, end = f"{tokens['correct']}=decide", tokens["remind"]
    code, out = run(capsys, "case", case.number, "--move", move, "--end", end, "--reason", "Sudah diperbaiki di loket")
    assert code == 0 and "decide" in out
    assert Task.objects.get(case_id=case.id, state="open").node == "decide"
    assert [packed[1] for packed in Case.objects.get(id=case.id).state["t"]] == ["decide"]
    code, out = run(capsys, "case", case.number, "--move", move, "--reason", "lagi")
    assert code == 1 and "Refused" in out
    code, out = run(capsys, "case", case.number, "--move", "9", "--reason", "lagi")
    assert code == 2
    code, out = run(capsys, "case", case.number, "--move", "9=nowhere", "--reason", "lagi")
    assert code == 1 and "no step 'nowhere'" in out
    assert journal_check.verify_journal().faults == ()


def test_a_replay_is_printed_and_proven_also_after_shredding(case, capsys):
    code, before = run(capsys, "replay", case.number)
    assert code == 0 and "3 steps replayed; the replay is where the case stands: correct, remind" in before
    assert re.search(r"  1  2026-03-02 09:00  start \(submit\)\n +now at: check", before)
    crypto.shred(case.vault_id, NOW)
    code, after = run(capsys, "replay", case.number)
    assert (code, after) == (0, before)
    code, out = run(capsys, "replay", case.number, "--step", "2")
    assert "OpenTask: 2, correct" in out and "answers it hung on" in out and "start" not in out
    assert run(capsys, "replay", case.number, "--step", "9")[0] == 2
    assert "shredded" in run(capsys, "case", case.number)[1]


def test_a_replay_that_parts_is_told(case, capsys):
    Case.objects.filter(id=case.id).update(state={**case.state, "n": 77})
    code, out = run(capsys, "replay", case.number)
    assert code == 1 and "PARTS" in out


@pytest.fixture
def renamed(tmp_path):
    """A second version of the folder, its step `check` called `verify`."""
    folder = tmp_path / SKU
    shutil.copytree(settings.BALAI_SERVICES / SKU, folder)
    for path in [each for each in folder.rglob("*") if each.is_file()]:
        path.write_text(re.sub(r"\bcheck\b", "verify", path.read_text()).replace('"2026.1"', '"2026.2"'))
    files, town = files_of(folder), files_of(settings.BALAI_TOWN_FOLDER)
    service = manifest.read_service(files, folder=SKU, town=manifest.read_town(town))
    FolderVersion.objects.create(
        key=service.key,
        kind="service",
        folder_id=SKU,
        version="2026.2",
        files=packing.pack(files, town),
        published_at=NOW,
        current=False,
    )
    return service


def test_cases_are_migrated_after_they_were_shown(case, cast, renamed, capsys):
    other = apply_for_sku(cast)
    words = ["migrate-cases", SKU, "--from", "2026.1", "--to", renamed.key[:10]]
    code, out = run(capsys, *words)
    assert code == 1 and "0 of 2 case(s) can go on. Nothing was changed" in out
    assert f"{other.number}  open  CANNOT go on" in out and "Map it: check=<id" in out
    assert f"{case.number}  waiting  CANNOT go on" in out and "Who did 'check' may not" in out
    words += ["--map", "check=verify"]
    code, out = run(capsys, *words)
    assert code == 0 and "check -> verify" in out and "2 of 2 case(s) can go on" in out
    assert not Case.objects.filter(service_key=renamed.key).exists()
    code, out = run(capsys, *words, "--do")
    assert code == 0 and "2 of 2 case(s) migrated" in out
    assert not [word for word in PERSONAL if word in out]
    assert Case.objects.filter(service_key=renamed.key).count() == 2
    assert Entry.objects.filter(action="migrate", actor="system:operator").count() == 2
    assert "No running case" in run(capsys, *words, "--do")[1]
    for number in (case.number, other.number):
        code, out = run(capsys, "replay", number)
        assert code == 0 and "migrate to 2026.2" in out
    assert "2026.1 -> 2026.2" in run(capsys, "case", case.number)[1]


def test_a_version_that_is_not_there_is_answered_with_those_that_are(cast, renamed, capsys):
    code, out = run(capsys, "migrate-cases", SKU, "--from", "2026.1", "--to", "2027.1")
    assert code == 2 and "2026.2" in out and "2026.1" in out
    assert run(capsys, "migrate-cases", SKU, "--from", "2026.1", "--to", "2026.2", "--map", "check")[0] == 2
