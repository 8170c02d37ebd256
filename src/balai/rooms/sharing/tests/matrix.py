"""What shared letters add to the things that everybody asks for in the table of all addresses (`matrix.yaml` beside this file)."""

from uuid import UUID, uuid4

from tests.world import World

from balai.rooms.sharing import actions
from balai.rooms.sharing.models import Share


def make(world: World) -> dict[str, str]:
    """Let Siti share her letter."""
    made, secret = actions.make(
        command_id=uuid4(), actor=world.cast.siti.citizen, now=world.now, number=world.things["closed"],
        letter_id=UUID(world.things["letter"]), days=30,
    )  # fmt: skip
    Share.objects.filter(id=made).update(until="2099-01-01T00:00:00Z")
    return {"share": str(made), "share_secret": secret}
