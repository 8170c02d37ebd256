"""What messages add to the things that everybody asks for in the table of all addresses (`matrix.yaml` beside this file)."""

from io import BytesIO
from uuid import UUID, uuid4

from tests.cast import photo
from tests.world import World

from balai.casework.cases import queries as cases
from balai.records.documents import actions as documents
from balai.rooms.messages import actions, queries
from balai.rooms.messages.models import INTERNAL, PUBLIC
from balai.rooms.messages.web import files


def make(world: World) -> dict[str, str]:
    """Let Siti ask with a file and Budi note something among officers with another; open the thread at Budi's counter."""
    number, cast = world.things["case"], world.cast
    found = {}
    for name, actor, kind in (("message", cast.siti.citizen, PUBLIC), ("internal", cast.budi.officer, INTERNAL)):
        kept = documents.store(
            cases.read_case(number=number).vault_id, BytesIO(photo()), name="foto.jpg", actor=actor, now=world.now
        )
        file = queries.File(kept.id, "foto.jpg", kept.size, kept.media_type)
        actions.write(
            command_id=uuid4(), actor=actor, now=world.now, number=number, text="Lihat foto", kind=kind, files=[file]
        )
        found[f"{name}_file"] = str(UUID(str(kept.id)))
    found["message_sight"] = files.sign_sight(UUID(found["message_file"]), cast.budi.person_id)
    world.browsers["budi"].post("/meja/loket/pesan/", {"number": number, "code": world.things["track_code"]})
    return found
