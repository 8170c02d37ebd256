"""What counter days add to the things that everybody asks for in the table of all addresses (`matrix.yaml` beside this file)."""

from tests.counterday import bring, stock
from tests.world import World

from balai.rooms.counterdays import actions


def make(world: World) -> dict[str, str]:
    """Let Budi draw supplies and bring an application that lacks its files."""
    drawn = stock(world.cast, world.now, count=2)
    one = bring(world.cast, drawn, 0, taken=world.now, now=world.now, files=False)
    assert actions.take_in(one).state == "tray"
    return {"arrival": str(one.id), "supply": str(drawn.supply_id)}
