"""What the auditor's room adds to the things that everybody asks for in the table of all addresses (`matrix.yaml` beside this file)."""

from uuid import UUID, uuid4

from django.utils.timezone import localdate
from tests.world import HERE, World

from balai.base.actors import Actor
from balai.base.outbox import Worker
from balai.rooms.audits import actions
from balai.rooms.audits.models import Recommendation


def make(world: World) -> dict[str, str]:
    """Draw a sample, put a case together, and write a finding in Ratna's unit."""
    auditor = Actor("officer", "desk", UUID(world.things["auditor_person"]), second_factor=True)
    today = localdate(world.now)
    sample = actions.draw_sample(
        command_id=uuid4(),
        actor=auditor,
        now=world.now,
        purpose="Surat tugas 7",
        since=today,
        until=today,
        size=1,
        seed="benih",
    )
    dossier = actions.ask_dossier(
        command_id=uuid4(),
        actor=auditor,
        now=world.now,
        number=world.things["case"],
        purpose="Surat tugas 7",
        language="id",
    )
    finding = actions.open_finding(
        command_id=uuid4(), actor=auditor, now=world.now, source="apip", unit_code=HERE, received_on=today,
        told={"title": "Uji", "condition": "Uji", "criteria": "Uji"}, recommendation="Uji",
    )  # fmt: skip
    actions.recommend(command_id=uuid4(), actor=auditor, now=world.now, finding_id=finding, text="Uji lagi")
    Worker().drain(world.now)
    rows = Recommendation.objects.filter(finding_id=finding).order_by("seq")
    return {
        "sample": str(sample), "dossier": str(dossier), "finding": str(finding), "recommendation": str(rows[0].id),
    }  # fmt: skip
