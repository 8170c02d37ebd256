"""How cases are kept and held moves to `filing`, row by row: the same holds under their ids, each record under its case's."""

from typing import Any

from django.db import migrations

_KEPT = (
    '"class_code", "trigger", "triggered_on", "keep_amount", "keep_unit", "falls_due_on", "fate", "basis", "status",'
    ' "filed_at"'
)
_HELD = '"reason", "basis", "placed_at", "placed_by", "lifted_at", "lifted_by", "lifted_reason"'


def move(apps: Any, schema_editor: Any) -> None:
    """Copy every record and hold, with the number of its case and the unit that handles it."""
    for target, source, own, names in (
        ("filing_record", "archive_record", "case_id", _KEPT), ("filing_hold", "archive_hold", "id", _HELD),
    ):  # fmt: skip
        read = ", ".join(f"r.{name}" for name in names.split(", "))
        schema_editor.execute(
            f"INSERT INTO {target} (id, kind, object_id, reference, unit_id, {names})"
            f" SELECT r.{own}, 'case', r.case_id, c.number, c.unit_id, {read}"
            f" FROM {source} r JOIN cases_case c ON c.id = r.case_id"
        )


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0003_forgetting"),
        ("cases", "0001_initial"),
        ("filing", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(move),
        migrations.DeleteModel("Record"),
        migrations.DeleteModel("Hold"),
    ]
