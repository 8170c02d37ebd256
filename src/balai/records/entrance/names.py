"""Officers by name: they act by name, so colleagues may read it; kept for minutes, so that a page opens no vault."""

from collections.abc import Collection
from uuid import UUID

from django.core.cache import caches

from balai.base.errors import NotFound
from balai.base.pages import texts
from balai.records.people import queries as people

KEPT_SECONDS = 300


def find_name(person_id: UUID) -> str:
    """Give one officer's name, from the cache or opened."""
    key = f"entrance.name.{person_id}"
    name: str | None = caches["local"].get(key)
    if name is None:
        try:
            name = people.get_person(person_id).name
        except NotFound:
            name = texts.say("entrance.gone")
        caches["local"].set(key, name, KEPT_SECONDS)
    return name


def list_names(person_ids: Collection[UUID | None]) -> dict[UUID, str]:
    """Give the names of several officers; those that are not kept are opened together, with one query."""
    keys = {f"entrance.name.{person_id}": person_id for person_id in person_ids if person_id is not None}
    kept: dict[str, str] = caches["local"].get_many(keys)
    missing = [person_id for key, person_id in keys.items() if key not in kept]
    opened = people.list_names(missing) if missing else {}
    fresh = {f"entrance.name.{one}": opened.get(one) or texts.say("entrance.gone") for one in missing}
    caches["local"].set_many(fresh, KEPT_SECONDS)
    return {keys[key]: name for key, name in (kept | fresh).items()}


def say_actor(reference: str, *, applicant_id: UUID | None, reader: UUID) -> str:
    """Name who did something, from an actor's reference in the journal: an officer by name, the applicant by role."""
    kind, _, rest = reference.partition(":")
    try:
        person_id = UUID(rest)
    except ValueError:
        person_id = None
    if person_id is None:
        return texts.say("entrance.actor.anonymous" if kind == "anonymous" else "entrance.actor.system")
    if person_id == applicant_id:
        return texts.say("entrance.actor.applicant")
    if kind == "person":
        return texts.say("entrance.actor.agent")
    name = find_name(person_id)
    return texts.say("entrance.actor.me", name=name) if person_id == reader else name
