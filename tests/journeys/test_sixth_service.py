"""A sixth service: scaffolded, edited in its folder alone, published, and lived to a verified letter without a line of code."""

import argparse
from io import BytesIO
from uuid import uuid4

import pytest
from django.conf import settings
from tests.cast import NOW, make_cast, photo, sign_seen

from balai.casework.cases import queries
from balai.casework.cases.actions import Command, Submission, act, start_draft, submit
from balai.casework.catalogue import actions as catalogue
from balai.casework.issuing import authority
from balai.casework.issuing import queries as letters
from balai.doors.console.commands import new_service
from balai.doors.console.demo.cast import CONSOLE, PASSPHRASE
from balai.records.documents import actions as documents

pytestmark = pytest.mark.django_db(transaction=True)

ID = "surat-pengantar-acara"


def edit(path, before, after):
    text = path.read_text(encoding="utf-8")
    assert before in text, f"{path.name} has no {before!r}"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    parser = argparse.ArgumentParser()
    new_service.add_arguments(parser)
    wanted = [ID, "--title", "Surat Pengantar Acara", "--title-en", "Event letter", "--services", str(tmp_path)]
    assert new_service.run(parser.parse_args([*wanted, "--town", str(settings.BALAI_TOWN_FOLDER)])) == 0
    made = tmp_path / ID
    form = made / "form.yaml"
    edit(form, "fields: [village, reason, document]", "fields: [village, event_name, guests, reason, document]")
    edit(form, "required: [village, reason,", "required: [village, event_name, guests, reason,")
    edit(
        form, "      reason: {",
        "      event_name: {type: string, minLength: 3, maxLength: 80}\n"
        "      guests: {type: integer, minimum: 1, maximum: 5000}\n      reason: {",
    )  # fmt: skip
    for lang, event, guests in (("id", "Nama acara", "Jumlah tamu"), ("en", "Name of the event", "Guests")):
        texts = made / "texts" / f"{lang}.yaml"
        lines = texts.read_text(encoding="utf-8").splitlines()
        at = next(number for number, line in enumerate(lines) if line.strip().startswith("reason:") and "label" in line)
        room = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        lines[at:at] = [f"{room}event_name: {{label: {event}}}", f"{room}guests: {{label: {guests}}}"]
        lines[:] = [line if not line.startswith("summary:") else f'summary: "{event}."' for line in lines]
        texts.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for example in (made / "examples").glob("*.yaml"):
        edit(example, "  reason:", "  event_name: Pasar Kaget\n  guests: 120\n  reason:")
    return made


def test_a_folder_alone_makes_a_service(folder):
    cast = make_cast(NOW)
    catalogue.publish(folder, settings.BALAI_TOWN_FOLDER, actor=CONSOLE, now=NOW)
    authority.enroll(cast.ratna.person_id, name="Ratna", organisation="Contoh", passphrase=PASSPHRASE, now=NOW)
    case_id = apply(cast)
    do(cast.budi.officer, case_id, {"result": "complete"})
    do(cast.ratna.officer, case_id, {"outcome": "grant", "reason": "Berkas lengkap"})
    (task,) = queries.read_case(case_id=case_id).open_tasks
    signed = sign_seen(cast.ratna.officer, case_id, task.token, PASSPHRASE, NOW)
    assert queries.read_case(case_id=case_id).outcome == "granted"
    _, pdf = letters.open_letter(cast.siti.citizen, signed.letter.id, now=NOW)
    checked = letters.verify_upload(pdf, now=NOW, code=signed.letter.code)
    assert checked.result == "identical"
    assert checked.signature is not None and checked.signature.valid
    assert "Siti Rahma Contoh" in checked.text


def apply(cast):
    draft_id, _ = start_draft(actor=cast.siti.citizen, now=NOW, service_id=ID, answers={})
    vault_id = queries.find_draft_vault(draft_id)
    stored = documents.store(vault_id, BytesIO(photo()), name="surat.jpg", actor=cast.siti.citizen, now=NOW)
    answers = {
        "village": "64.72.05.1003", "event_name": "Pasar Kaget", "guests": "120", "reason": "Syukuran warga RT 02",
        "document": {"document": str(stored.id), "name": "surat.jpg", "type": stored.media_type, "size": stored.size},
        "phone": "081200000001", "true_statement": "ya",
    }  # fmt: skip
    submission = Submission(
        id=uuid4(), actor=cast.siti.citizen, now=NOW, service_id=ID, answers=answers, draft_id=draft_id
    )
    return submit(submission).case_id


def do(actor, case_id, data):
    (task,) = queries.read_case(case_id=case_id).open_tasks
    act(Command(id=uuid4(), actor=actor, now=NOW, case_id=case_id, action="complete", token=task.token, data=data))
