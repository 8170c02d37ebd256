"""Lists of work that officers name for themselves."""

from datetime import datetime
from uuid import UUID, uuid5

from balai.base import intake, journal
from balai.base.actors import Actor
from balai.base.commands import command, id_of, once
from balai.base.errors import Invalid, NotAllowed
from balai.casework.cases.models import WorkView

MOST = 12  # as many as can be read at a glance


@command("work.save-view", answer=id_of("view"))
def save_view(*, command_id: UUID, actor: Actor, now: datetime, name: str, choice: str) -> UUID:
    """Keep a list of work under a name of the officer's own; the same name again replaces it.

    `choice` is the list as its address says it, at most 400 characters.

    :raises Invalid: without a name, when there are twelve already, or a search that is too long to keep.
    """
    name = intake.line(name, 60, "name")
    if not name or len(choice) > 400:
        raise Invalid(fields={"name": "Beri nama daftar ini. / Give this list a name."})
    person_id = _officer(actor)
    with once() as deed:
        view_id = uuid5(person_id, f"work-view {name}")
        others = WorkView.objects.filter(person_id=person_id).exclude(id=view_id)
        if others.count() >= MOST:
            raise Invalid(
                fields={"name": f"Paling banyak {MOST}; hapus satu dulu. / At most {MOST}; remove one first."}
            )
        WorkView.objects.update_or_create(
            id=view_id, defaults={"person_id": person_id, "name": name, "choice": choice, "made_at": now}
        )
        deed.record(f"person:{person_id}", "save-view", {"view": str(view_id)})
        deed.answer = {"view": str(view_id)}
        return view_id


@command("work.drop-view")
def drop_view(*, command_id: UUID, actor: Actor, now: datetime, view_id: UUID) -> None:
    """Remove a list of one's own; one that is gone is gone."""
    person_id = _officer(actor)
    with once() as deed:
        if WorkView.objects.filter(id=view_id, person_id=person_id).delete()[0]:
            deed.record(f"person:{person_id}", "drop-view", {"view": str(view_id)})


def forget_views(deed: journal.Deed, person_id: UUID, reason: str) -> None:
    """Remove all lists of somebody who is forgotten, in the deed that forgets them."""
    WorkView.objects.filter(person_id=person_id).delete()


def _officer(actor: Actor) -> UUID:
    if actor.kind != "officer" or actor.person_id is None:
        raise NotAllowed
    return actor.person_id
