"""What the room tells people, and the courier that puts cases together."""

from functools import partial
from uuid import UUID, uuid5

from balai.base import outbox
from balai.base.errors import BalaiError
from balai.casework.notices import kinds
from balai.rooms.audits import actions, events, queries
from balai.rooms.audits.actions import findings

kinds.kind(findings.FOUND, page="audits.answer", audience="officer", urgency="digest")
kinds.kind(findings.DUE, page="audits.answer", audience="officer", urgency="digest")
kinds.kind(findings.SETTLED, page="audits.answer", audience="officer", urgency="digest")
kinds.kind(findings.ANSWERED, page="audits.finding", audience="officer", urgency="digest")


@outbox.courier(events.DOSSIER_ASKED)
def put_together(message: outbox.Message) -> outbox.Settle | None:
    """Put a case together as one sealed file where no transaction holds up other writers; it is kept with the acknowledgement."""
    dossier = queries.find_dossier(UUID(message.payload["dossier"]))
    if dossier is None or dossier.state != "waiting":
        return None

    def step(name: str) -> None:
        actions.note_step(
            command_id=uuid5(message.id, f"{name} {message.attempts}"),
            now=message.now,
            dossier_id=dossier.id,
            step=name,
        )

    done = uuid5(message.id, "done")
    try:
        pdf, parts = actions.build_dossier(dossier, now=message.now, step=step)
    except BalaiError as refused:
        return partial(
            actions.fail_dossier, command_id=done, now=message.now, dossier_id=dossier.id, code=refused.code[:40]
        )
    return partial(actions.keep_dossier, command_id=done, now=message.now, dossier_id=dossier.id, pdf=pdf, parts=parts)
