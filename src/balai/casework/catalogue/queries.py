"""Reading services: the version a case was opened under, and those open to the public now. Compiled once per process."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.utils.timezone import localdate

from balai.base.errors import Conflict, NotFound
from balai.casework.catalogue.folders import COUNTER, SERVICES, describe_findable
from balai.casework.catalogue.law import LawLine as LawLine
from balai.casework.catalogue.law import LawStanding as LawStanding
from balai.casework.catalogue.law import ServiceLaw as ServiceLaw
from balai.casework.catalogue.law import get_law as get_law
from balai.casework.catalogue.law import list_law as list_law
from balai.casework.catalogue.law import place_of as place_of
from balai.casework.catalogue.models import Pause
from balai.casework.catalogue.rules import say_pause
from balai.engine import manifest
from balai.engine.manifest import search_words
from balai.engine.manifest.finding import Finder
from balai.engine.manifest.search_words import SearchWords
from balai.engine.manifest.yaml_tree import read_yaml
from balai.records.folders import packing
from balai.records.folders import queries as folders

_PAUSES = "catalogue.pauses"


def get_service(service_id: str, key: str | None = None) -> manifest.Service:
    """Fetch a service, compiled; without a key the version open now. :raises NotFound:"""
    service: manifest.Service = folders.get(SERVICES.name, service_id, key)
    return service


def get_public_service(service_id: str) -> manifest.Service:
    """Fetch a service as the public is shown it: the version open now. :raises NotFound: also for what is for officers alone."""
    service = get_service(service_id)
    if service.is_officers:
        raise NotFound
    return service


def current_keys(kind: str = SERVICES.name) -> dict[str, str]:
    """Map each open service, or what else people are served by, to the key of its current version; kept for five seconds per process."""
    return folders.current_keys(kind)


def find_key(service_id: str, named: str) -> str:
    """Find one version by its name, or by the beginning of its key (six characters or more).

    :raises NotFound: there is none
    :raises Invalid: `version-ambiguous` when several are meant; `versions` lists the beginnings of their keys
    """
    return folders.find_key(SERVICES.name, service_id, named)


class ServiceVersion(NamedTuple):
    """A published version of one service; `current` says that it is open to the public now."""

    key: str
    version: str
    published_at: datetime
    current: bool


def list_versions(service_id: str) -> list[ServiceVersion]:
    """List the published versions of a service, oldest first."""
    found = reversed(folders.list_versions(SERVICES.name, service_id))
    return [ServiceVersion(one.key, one.version, one.published_at, one.current) for one in found]


class EachVersion(NamedTuple):
    """A published version of some service; `current` says that it is open to the public now."""

    service_id: str
    version: str
    key: str
    published_at: datetime
    current: bool


def list_all_versions() -> list[EachVersion]:
    """List every published version of every service, newest first."""
    return [EachVersion(*one[1:]) for one in folders.list_versions(SERVICES.name)]


def forget_current() -> None:
    """Make the next reader look again, after a publication or a pause."""
    folders.forget_current()
    caches["local"].delete_many([_PAUSES])


@dataclass(frozen=True, slots=True)
class Paused:
    """A published service that takes no applications for a while; running cases go on."""

    service_id: str
    reason_id: str
    reason_en: str
    since: datetime
    until: date | None
    closed: bool = False

    def words(self, lang: str) -> str:
        """Say why, and until when."""
        return say_pause(self.reason_en if lang == "en" else self.reason_id, self.until, lang, closed=self.closed)


def list_paused(now: datetime) -> dict[str, Paused]:
    """List the services that take no applications now, by id; kept for five seconds per process."""
    found: list[Paused] | None = caches["local"].get(_PAUSES)
    if found is None:
        rows = Pause.objects.filter(ended_at__isnull=True)
        found = [
            Paused(*row) for row in rows.values_list("service_id", "reason_id", "reason_en", "since", "until", "closed")
        ]
        caches["local"].set(_PAUSES, found, 5)
    today = localdate(now)
    return {one.service_id: one for one in found if one.until is None or one.until >= today}


def find_pause(service_id: str, now: datetime) -> Paused | None:
    """Find out whether a service takes no applications now, and why."""
    return list_paused(now).get(service_id)


def require_taking(service_id: str, now: datetime) -> None:
    """Refuse a new application while the service takes none. :raises Conflict: `service-not-open`, with the public reason."""
    paused = find_pause(service_id, now)
    if paused is not None:
        raise Conflict("service-not-open", why={lang: paused.words(lang) for lang in ("id", "en")})


def list_services() -> list[manifest.Service]:
    """List the services open now, by their ids."""
    return folders.list_current(SERVICES.name)


def list_offered(now: datetime) -> list[manifest.Service]:
    """List the services that are shown to the public: those open now and those paused, without what was closed and what is for officers."""
    closed = {one.service_id for one in list_paused(now).values() if one.closed}
    return [service for service in list_services() if service.id not in closed and not service.is_officers]


def list_for_officers(now: datetime) -> list[manifest.Service]:
    """List the services for which whoever works here applies in their own right, without what was closed."""
    closed = {one.service_id for one in list_paused(now).values() if one.closed}
    return [service for service in list_services() if service.is_officers and service.id not in closed]


def list_at_counter() -> list[manifest.Service]:
    """List the services open now for which a citizen may come to a counter."""
    return [service for service in list_services() if not service.is_officers]


def search(words: str, now: datetime) -> list[manifest.Service | manifest.CounterService]:
    """Find what is offered online or at a counter by an everyday sentence, best first."""
    offered = map_offered(now)
    finder = _take_in(tuple(sorted(one.key for one in offered.values())))
    return [offered[one.id] for one in finder.find(words)]


def map_offered(now: datetime) -> dict[str, manifest.Service | manifest.CounterService]:
    """Map everything that is shown to the public, online or at a counter, by its id."""
    found: dict[str, manifest.Service | manifest.CounterService] = {one.id: one for one in list_counter_services()}
    return found | {one.id: one for one in list_offered(now)}


def search_services(words: str, now: datetime) -> list[manifest.Service]:
    """Find services to apply for online by an everyday sentence, best first."""
    return [one for one in search(words, now) if isinstance(one, manifest.Service)]


@lru_cache(maxsize=4)
def _take_in(keys: tuple[str, ...]) -> Finder:
    """Read versions for searching, once for as long as the same ones are offered."""
    return Finder((describe_findable(folders.get_by_key(key)) for key in keys), _search_words())


@lru_cache(maxsize=1)
def _search_words() -> SearchWords:
    """Read the town's search words once per process; without such a file words are taken as they are typed."""
    try:
        content = (Path(settings.BALAI_TOWN_FOLDER) / search_words.FILE).read_bytes()
    except OSError:
        return SearchWords()
    return search_words.words_of(read_yaml(content, search_words.FILE, []))


def list_by_life_event(event: str, now: datetime) -> list[manifest.Service]:
    """List the services of one life event."""
    return [service for service in list_offered(now) if event in service.life_events]


def list_counter_services() -> list[manifest.CounterService]:
    """List what is served at a counter and not online, by id; one that is online by now is a service."""
    online = current_keys()
    return [one for one in folders.list_current(COUNTER.name) if one.id not in online]


def list_counter_by_life_event(event: str) -> list[manifest.CounterService]:
    """List what is served at a counter of one life event."""
    return [one for one in list_counter_services() if event in one.life_events]


def find_counter_service(service_id: str) -> manifest.CounterService | None:
    """Find what is served at a counter and not online."""
    return next((one for one in list_counter_services() if one.id == service_id), None)


def count_open_law(now: datetime) -> int:
    """Count the values of law that nobody has confirmed or whose day of review has come, each once."""
    return sum(1 for line in list_law(now) if line.is_open(now))


@dataclass(frozen=True, slots=True)
class UnstaffedStep:
    """A step that nobody can do: nobody holds its role, or the one who does must not be the same as before."""

    step: str
    role: str
    alone: bool = False  # one person holds the role, and two are needed


def list_unstaffed(service: manifest.Service, held: Mapping[str, int]) -> list[UnstaffedStep]:
    """List the steps of a service that nobody could do with so many people in each role (`offices.count_by_role`)."""
    found = []
    for step in service.steps.values():
        if step.role in ("", "applicant"):
            continue
        others = [service.steps[one].role for one in step.not_same_person_as if one in service.steps]
        if not held.get(step.role):
            found.append(UnstaffedStep(step.id, step.role))
        elif held[step.role] == 1 and step.role in others:
            found.append(UnstaffedStep(step.id, step.role, alone=True))
    return found


def takes_second_person(key: str, files: Mapping[str, bytes], town: Mapping[str, bytes]) -> bool:
    """Tell whether what a folder changes of a version needs a second person; other values of the town always do."""
    packed = folders.get_files(key)
    return packing.without_looks(packed.town) != packing.without_looks(town) or manifest.takes_two(packed.folder, files)
