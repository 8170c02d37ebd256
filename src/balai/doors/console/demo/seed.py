"""Lays the core of the demonstration city, which it opens with; what makes it large comes later, as stories (months.py)."""

import random
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from balai.base.outbox import Worker
from balai.casework.catalogue import folders
from balai.casework.catalogue import queries as services
from balai.casework.issuing import authority
from balai.doors.console import parallel
from balai.doors.console.demo.cast import (
    CONSOLE,
    DISTRICT,
    DISTRICT_HEAD,
    IDENTITIES,
    PASSPHRASE,
    Cast,
    make_cast,
    seat_district_head,
    seat_treasurer,
)
from balai.doors.console.demo.living import Living, Say, for_residents, stories
from balai.doors.console.demo.residents import (
    MONTHS,
    DemoResident,
    make_agents,
    make_foreigner,
    make_residents,
    register,
)
from balai.engine import manifest
from balai.engine.manifest.periods import Period
from balai.engine.problems import Problems
from balai.records.folders import actions as publishing
from balai.records.folders import judging
from balai.records.hallpages.folders import PAGES
from balai.records.people.models import Account, Person

DESK = 12  # cases that lie on the desk when the city opens, of all that were asked for
# What Siti has had done, and what waits for her: by service and golden example, working days ago and how many of its events.
SITI = {
    ("surat-keterangan-usaha", "granted"): (40, 99),
    ("surat-keterangan-usaha", "granted-partners"): (2, 2),  # waits for Ratna's signature
    ("izin-usaha-mikro", "low-risk-at-once"): (18, 99),
    ("surat-keterangan-domisili", "lapsed"): (2, 1),
    ("ktp-el-hilang-rusak", "lost"): (1, 2),
    ("pendataan-penduduk-nonpermanen", "child"): (3, 99),
    ("pernyataan-ahli-waris", "granted"): (6, 99),
    ("surat-keterangan-domisili", "refused"): (12, 99),  # she objects to both (casework/issuing/demo.py)
    ("surat-keterangan-usaha", "refused"): (11, 99),
}
OTHERS = {  # what others have had done: Budi asked for leave and a car, a foreigner was registered and waits for an SKTT
    ("cuti-pegawai", "granted"): (1, 0),
    ("pinjam-kendaraan-dinas", "granted"): (1, 1),
    ("sktt-orang-asing", "handed-over"): (2, 2),
    ("pendataan-penduduk-nonpermanen", "foreigner"): (4, 99),
}


def is_seeded() -> bool:
    """Tell whether this home holds the demonstration already."""
    return Person.objects.exists()


def lay(now: datetime, *, cases: int, say: Say = print) -> None:
    """Make the city: offices, services, people, what Siti has, and what lies on Budi's and Ratna's desks. No cases, none of these."""
    cast = make_cast(now)
    say("  the town, its 59 kelurahan and the cast")
    _publish(now, say)
    _publish_pages(now, say)
    # Budi also administers, so that the demonstration shows what an administrator sees.
    Account.objects.filter(id=cast.budi.account_id).update(is_administrator=True, second_factor_required=True)
    district = seat_district_head(cast, now)
    seat_treasurer(cast, now)
    for signer, name in ((cast.ratna, "Ratna Dewi Contoh"), (district, DISTRICT_HEAD.name)):
        authority.enroll(
            signer.person_id, name=name, organisation="Pemerintah Kota Samarinda (contoh)",
            passphrase=PASSPHRASE, now=now - timedelta(days=30 * MONTHS + 30),
        )  # fmt: skip
    register([*IDENTITIES.values(), *(one for one, _ in DISTRICT.values())], now)
    residents = make_residents(now)
    agents = make_agents(cast, residents, now)
    if cases:
        living = Living(cast, random.Random(6472), now, agents)
        made = _live_for_siti(living, cast, say) + _live_for_others(living, cast, now, say)
        made += _fill_the_desk(living, residents, min(cases, DESK), say)
        Worker().drain(now)
        say(f"  {made} cases: Siti's, and what lies on the desk")


def _publish_pages(now: datetime, say: Say) -> None:
    """Publish the town's own pages; one being written must not keep the others from opening."""
    town = Path(settings.BALAI_TOWN_FOLDER)
    for folder in PAGES.list_folders(PAGES.where(Path(settings.BALAI_SERVICES).parent, town)):
        try:
            publishing.publish(PAGES, folder, town, actor=CONSOLE, now=now)
        except Problems as problems:
            say(f"  left out {folder.name}: {problems.problems[0]} (./balai check says all)")


def _publish(now: datetime, say: Say) -> None:
    """Publish all services, judged beside each other first: what is good is not rehearsed again for its deed."""
    place, town = Path(settings.BALAI_SERVICES), Path(settings.BALAI_TOWN_FOLDER)
    found = [(folders.SERVICES, folder) for folder in folders.list_folders(place)]
    beside = None
    with suppress(Problems):  # what is wrong there, each folder tells
        beside = judging.look_beside(place.parent, town)
    for (kind, folder), judged in zip(found, parallel.judge_each(found, town), strict=True):
        try:
            publishing.publish(kind, folder, town, actor=CONSOLE, now=now, beside=beside, rehearsed=not judged.faults)
        except Problems as problems:  # a folder being written must not keep the others from opening
            say(f"  left out {folder.name}: {problems.problems[0]} (./balai check says all)")
    for folder in folders.COUNTER.list_folders(place):
        with suppress(Problems):  # told by ./balai check
            publishing.publish(folders.COUNTER, folder, town, actor=CONSOLE, now=now, beside=beside)
    say(f"  {len(services.list_services())} services, their golden examples passing")
    say(f"  {len(services.list_counter_services())} more at the counter, found by everyday words")


def _live_for_siti(living: Living, cast: Cast, say: Say) -> int:
    """Give Siti something on her pages; tell how many cases."""
    siti, made = DemoResident(cast.siti.person_id, IDENTITIES["siti"]), 0
    for service in services.list_services():
        for example in service.examples:
            if (service.id, example.name) in SITI:
                days, most = SITI[service.id, example.name]
                start = living.calendar.subtract(living.now, Period(days, "working-days"))
                start = min(start, living.now - timedelta(minutes=30))
                made += living.try_to_tell(service, example, siti, start, most, uuid4(), say)
    return made


def _live_for_others(living: Living, cast: Cast, now: datetime, say: Say) -> int:
    """Give an officer and a foreigner what they asked for; tell how many cases."""
    budi, made = DemoResident(cast.budi.person_id, IDENTITIES["budi"]), 0
    for (service_id, name), (days, most) in OTHERS.items():
        service = next((one for one in services.list_services() if one.id == service_id), None)
        for example in service.examples if service else ():
            if example.name == name and service is not None:
                start = living.calendar.subtract(now, Period(days, "working-days"))
                who = budi if service.is_officers else make_foreigner(now)
                made += living.try_to_tell(service, example, who, start, most, uuid4(), say)
    return made


def _fill_the_desk(living: Living, residents: list[DemoResident], count: int, say: Say) -> int:
    """Let so many cases wait at the desk: by turns a letter for Ratna to sign and a case for Budi to check."""
    made = 0
    for number, (service, example, most) in zip(range(count), cycle(_list_waiting()), strict=False):
        start = living.calendar.subtract(living.now, Period(2 + number % 3, "working-days"))
        start += timedelta(minutes=9 * number)
        made += living.try_to_tell(service, example, living.chance.choice(residents), start, most, uuid4(), say)
    return made


def _list_waiting() -> list[tuple[manifest.Service, manifest.Example, int]]:
    """List stories with the number of events after which they wait for somebody at the desk."""
    found = []
    for service in for_residents():
        ends = [(example, _before_signing(service, example)) for example in stories(service) if example.then]
        found += [(service, example, most) for example, most in ends if most][:1]
        found += [(service, example, 0) for example, _ in ends][:1]
    return found


def _before_signing(service: manifest.Service, example: manifest.Example) -> int:
    """Count what happens before somebody signs; 0 when nobody does."""
    for number, event in enumerate(example.then):
        if event.step and service.steps[event.step].operation == "document.sign":
            return number
    return 0
