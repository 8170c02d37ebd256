"""What the improvement log adds to the things that everybody asks for in the table of all addresses (`matrix.yaml` beside this file)."""

from uuid import uuid4

from tests.world import World

from balai.base.actors import ANONYMOUS
from balai.rooms.improvements import actions
from balai.rooms.improvements.models import Report


def make(world: World) -> dict[str, str]:
    """Let a guest report something."""
    actions.report(
        command_id=uuid4(), actor=ANONYMOUS, now=world.now, page="/lacak/", text="Tombolnya tidak jalan.", contact=""
    )
    return {"improvement": str(Report.objects.get().id)}
