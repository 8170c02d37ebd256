"""How far numbers have been given out moves to `filing`, where letters that are no case's take theirs from too."""

from typing import Any

from django.db import migrations


def move(apps: Any, schema_editor: Any) -> None:
    """Copy every sequence, so that the next number follows the last one."""
    names = "unit_code, class_code, year, last"
    schema_editor.execute(f"INSERT INTO filing_numbersequence ({names}) SELECT {names} FROM issuing_numbersequence")


class Migration(migrations.Migration):
    dependencies = [
        ("issuing", "0004_delivery"),
        ("filing", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(move),
        migrations.DeleteModel("NumberSequence"),
    ]
