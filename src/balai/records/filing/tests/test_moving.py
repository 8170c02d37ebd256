"""What a hall kept, held and numbered before there was filing moves into it row by row."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from tests.cast import NOW, Cast, apply_for_sku, open_service

from balai.base import journal_check, marks
from balai.casework.cases.models import Case
from balai.records.filing.models import Hold, NumberSequence, Record
from balai.records.filing.tests.thing import take

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = {
    "class_code": "500.3", "trigger": "valid_until", "triggered_on": date(2026, 3, 2), "keep_amount": 5,
    "keep_unit": "years", "falls_due_on": date(2031, 3, 2), "fate": "destroy", "basis": "contoh", "status": "unconfirmed",
    "filed_at": NOW,
}  # fmt: skip
HELD = {
    "reason": "Sengketa", "basis": "Gugatan contoh", "placed_at": NOW, "placed_by": "officer:x",
    "lifted_at": NOW + timedelta(days=1), "lifted_by": "officer:y", "lifted_reason": "Selesai",
}  # fmt: skip


def test_every_row_moves_and_the_next_number_follows(cast: Cast) -> None:
    open_service()
    case = Case.objects.get(id=apply_for_sku(cast).case_id)
    other = Case.objects.get(id=apply_for_sku(cast).case_id)
    loader, hold_id = MigrationLoader(connection), uuid4()
    before = loader.project_state([("archive", "0003_forgetting"), ("issuing", "0004_delivery"), ("filing", "0001_initial")])  # fmt: skip
    record, hold, sequence = (
        before.apps.get_model(*name) for name in (("archive", "Record"), ("archive", "Hold"), ("issuing", "NumberSequence"))
    )  # fmt: skip
    with connection.schema_editor() as editor:
        for model in (record, hold, sequence):
            editor.create_model(model)
    record.objects.create(case_id=case.id, **KEPT)
    record.objects.create(case_id=other.id, **KEPT | {"keep_amount": None, "falls_due_on": None, "triggered_on": None})
    hold.objects.create(id=hold_id, case_id=other.id, **HELD)
    sequence.objects.create(unit_code="KEL", class_code="000.5", year=2026, last=41)
    for name in (("archive", "0004_to_filing"), ("issuing", "0005_numbers_to_filing")):
        with connection.schema_editor(atomic=True) as editor:
            loader.get_migration(*name).apply(before.clone(), editor)
    assert not {"archive_record", "archive_hold", "issuing_numbersequence"} & set(
        connection.introspection.table_names()
    )
    moved = Record.objects.get(object_id=case.id)
    assert (moved.id, moved.kind, moved.reference, moved.unit_id) == (case.id, "case", case.number, case.unit_id)
    assert {name: getattr(moved, name) for name in KEPT} == KEPT
    assert Record.objects.get(object_id=other.id).falls_due_on is None
    placed = Hold.objects.get()
    assert (placed.id, placed.kind, placed.object_id, placed.reference) == (hold_id, "case", other.id, other.number)
    assert {name: getattr(placed, name) for name in HELD} == HELD
    assert NumberSequence.objects.get().last == 41 and take() == 42
    marks.adopt(NOW)
    faults = [str(one) for one in journal_check.verify_journal().faults]
    assert f"filing_hold {hold_id}: was put in by hand: no entry speaks of it" in faults
    assert not [one for one in faults if "changed by hand" in one], (
        "of these rows the journal does not know; their marks fit"
    )
