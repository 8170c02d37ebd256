"""What the incident book adds to the things that everybody asks for in the table of all addresses (`matrix.yaml` beside this file)."""

from datetime import timedelta
from uuid import uuid4

from tests.world import World

from balai.doors.console.demo.cast import CONSOLE
from balai.records.outages import actions as outages
from balai.rooms.incidents import actions


def make(world: World) -> dict[str, str]:
    """Open an incident, and record an outage of an hour."""
    made = actions.open_incident(
        command_id=uuid4(), actor=CONSOLE, now=world.now, kind="breach", title="Uji", description="Uji",
        detected_at=world.now,
    )  # fmt: skip
    began, ended = world.now - timedelta(hours=2), world.now - timedelta(hours=1)
    outage = outages.record_outage(command_id=uuid4(), actor=CONSOLE, now=world.now, began_at=began, ended_at=ended)
    return {"incident": str(made), "outage": str(outage)}
