"""Retiring a room: what it holds is destroyed on purpose, with an entry in the journal; and the rooms that went without it.

A room whose folder was merely deleted leaves rows behind that nobody forgets, tells of or keeps for their time. `list_lost` finds
such rooms by the migrations the database remembers, and the hall does not open until the folder is back or they were retired.
"""

from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.core.management import call_command
from django.db import connection

from balai.base import journal, rooms, sql
from balai.base.actors import Actor
from balai.base.errors import Conflict

STREAM = "rooms"


def count_rows(name: str) -> dict[str, int]:
    """Count the rows of each table of a room."""
    label = rooms.get_room(name).label
    tables = [model._meta.db_table for model in apps.get_app_config(label).get_models()]
    there = set(connection.introspection.table_names())
    return {table: _count(table) for table in tables if table in there}


def _count(table: str) -> int:
    row = sql.row(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
    assert row is not None
    return int(row[0])


def retire(command_id: UUID, *, actor: Actor, now: datetime, name: str, rows: int) -> None:
    """Destroy a room's tables; messages that wait for its listeners are settled with it.

    The journal's entry is committed first: a process that dies between leaves a room that is written down as retired and still
    there, and the command is given again.

    :raises Conflict: `changed-meanwhile` when it holds other than `rows` rows by now.
    """
    room = rooms.get_room(name)
    with journal.deed(command_id, actor=actor, now=now, name="rooms.retire") as deed:
        counted = count_rows(name)
        if sum(counted.values()) != rows:
            raise Conflict
        sql.execute(
            "UPDATE base_message SET state = 'done', done_at = %s WHERE state = 'waiting' AND listener LIKE %s",
            [now, f"{room.package}.%"],
        )
        deed.record(STREAM, "retired", {"room": name, "rows": counted})
    call_command("migrate", room.label, "zero", verbosity=0, interactive=False)


def list_lost() -> list[str]:
    """Name the rooms whose tables the database has and whose folder is gone."""
    if "django_migrations" not in connection.introspection.table_names():
        return []
    rows = sql.rows("SELECT DISTINCT app FROM django_migrations WHERE app LIKE %s", [f"{rooms.PREFIX}%"])
    here = {room.label for room in rooms.list_rooms()}
    return sorted(str(app).removeprefix(rooms.PREFIX) for (app,) in rows if app not in here)
