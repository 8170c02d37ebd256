"""What the worker does here by the clock: reminding whoever must answer, dropping files that are kept no longer."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid5

from balai.base import outbox
from balai.rooms.audits import actions, queries


@outbox.every(timedelta(minutes=30))
def remind_heads(now: datetime) -> int:
    """Tell heads of recommendations that are to be answered soon, and of those that are overdue."""

    def tell(pair: tuple[UUID, str]) -> int:
        return actions.remind(
            command_id=uuid5(pair[0], f"{pair[1]} {now.isoformat()}"), actor=actions.ROOM, now=now, recommendation_id=pair[0],
            how=pair[1],
        )  # fmt: skip

    return outbox.each(
        "audits.remind", partial(queries.list_pressing, now), tell, now=now, key=lambda pair: f"{pair[0]} {pair[1]}"
    )


@outbox.every(timedelta(hours=1))
def drop_dossiers(now: datetime) -> int:
    """Take away the files whose week is over."""

    def drop(dossier_id: UUID) -> int:
        return actions.drop_dossier(command_id=uuid5(dossier_id, "drop"), now=now, dossier_id=dossier_id)

    return outbox.each("audits.drop", partial(queries.list_stale, now), drop, now=now)
