"""Everybody who may come to a hall, and one of everything they may ask for: made once for tests that walk all addresses.

The cast's four are joined by whoever else has another standing before the same things: one role, one browser. All things are
Siti's, Budi's or Ratna's, so that every other role asks for somebody else's. Rooms bring what is theirs (`rooms/X/tests/matrix.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone
from tests.cast import (
    NOW,
    Cast,
    apply_for_sku,
    appoint,
    appoint_legal,
    enlist,
    make_cast,
    open_service,
    photo,
    sign_seen,
)
from tests.sessions import sign_in

from balai.base import rooms
from balai.base.models import Access
from balai.base.outbox import Worker
from balai.casework.archive import actions as archive
from balai.casework.cases import actions, queries
from balai.casework.cases.models import Draft
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import actions as issuing
from balai.casework.legal.models import Proposal
from balai.casework.readings.models import Finding
from balai.doors.api.tokens import SCOPES, make_token
from balai.doors.console.demo.cast import CONSOLE, Member
from balai.doors.desk.shown import evidence
from balai.records.documents import queries as documents
from balai.records.folders import actions as publishing
from balai.records.hallpages.folders import PAGES
from balai.records.law import actions as law_actions
from balai.records.law import queries as law
from balai.records.offices import actions as offices
from balai.records.offices import queries as offices_queries
from balai.records.offices.models import Appointment
from balai.records.outages import status
from balai.records.people import actions as people
from balai.records.people.models import Account, Person
from balai.records.protection import actions as protection

FILES = ("log", "signing", "documents")  # what conftest.py takes away before each test
HERE, ELSEWHERE = "kel-64.72.05.1003", "kel-64.72.01.1001"
PASSPHRASE = "empat kuda putih berlari"
CARD = {
    "nik": "9901014101900001", "birth_date-day": "1", "birth_date-month": "1", "birth_date-year": "1990", "seen": "1",
}  # fmt: skip
PEOPLE = (  # who is who stands in the head of tests/house/matrix.yaml
    "guest", "code", "siti", "agent", "joko", "unproven", "budi", "clerk", "counter", "party", "ratna", "elsewhere",
    "archivist", "auditor", "legal", "admin",
)  # fmt: skip
MACHINES = ("no-token", "false-token", "siti-reads", "siti-token", "joko-token", "budi-token", "elsewhere-token")


@dataclass
class World:
    """The town, who comes, and what there is."""

    cast: Cast
    now: datetime
    browsers: dict[str, Client] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)

    @contextmanager
    def anew(self) -> Iterator["World"]:
        """Let a test of its own have the world as it was made: its rows, its browsers, its files beside the database."""
        for found in self.files.values():
            for name, kept in found.items():
                path = Path(settings.BALAI_HOME) / name
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                path.write_bytes(kept)
        things = dict(self.things)
        with self.undone():
            yield self
        self.things = things

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Undo whatever happens inside: in the database, in this process's memory, in the browsers."""
        kept = dict(caches["local"]._cache), dict(caches["local"]._expire_info)  # type: ignore[attr-defined]
        cookies = {name: browser.cookies.copy() for name, browser in self.browsers.items()}
        try:
            with _around():
                yield
                transaction.set_rollback(True)
        finally:
            for name, browser in self.browsers.items():
                browser.cookies = cookies[name]
            caches["local"].clear()
            caches["local"]._cache.update(kept[0])  # type: ignore[attr-defined]
            caches["local"]._expire_info.update(kept[1])  # type: ignore[attr-defined]


def make_world() -> World:
    """Make everybody and one of everything."""
    now = timezone.now()
    service = open_service()
    world = World(
        make_cast(NOW), now, things={"version": service.key, "next_week": (now + timedelta(days=7)).date().isoformat()}
    )
    members = _enlist(world)
    _let_in(world, members)
    _make_of_law(world, members["legal"])
    _make_cases(world)
    _make_drafts(world)
    _make_of_people(world)
    _make_of_the_counter(world)
    _make_of_readings(world)
    _make_machines(world)
    status.write(now)
    _publish_a_page(now)
    for path in places("matrix.py"):
        world.things |= import_module(f"balai.rooms.{path.parents[1].name}.tests.matrix").make(world)
    for browser in world.browsers.values():
        browser.raise_request_exception = False  # a fault is an answer too: 500
    return world


def _around() -> Any:
    """Give a transaction as Django's own around a test: what is durable, or slow, may stand in it."""
    ours = transaction.atomic()
    ours._from_testcase = True  # type: ignore[attr-defined]
    return ours


@contextmanager
def standing() -> Iterator[World]:
    """Make the world once for the tests of one file, in a transaction that is undone; each test begins with `anew`."""
    with _around():
        world = make_world()
        world.files = {name: _read(name) for name in FILES}
        yield world
        transaction.set_rollback(True)


def _read(folder: str) -> dict[str, bytes]:
    home = Path(settings.BALAI_HOME)
    return {
        path.relative_to(home).as_posix(): path.read_bytes() for path in (home / folder).rglob("*") if path.is_file()
    }


def _enlist(world: World) -> dict[str, Member]:
    """Enlist who stands beside the cast: one for each other standing."""
    posts = {
        "clerk": ("section-head", HERE), "counter": ("counter", HERE), "party": ("clerk", HERE),
        "elsewhere": ("head", ELSEWHERE), "archivist": ("archivist", "kota"), "auditor": ("auditor", "inspektorat"),
    }  # fmt: skip
    cast = world.cast
    found = {"siti": cast.siti, "joko": cast.joko, "budi": cast.budi, "unproven": cast.budi, "ratna": cast.ratna}
    for name in ("agent", "admin", *posts):
        found[name] = enlist(name.title(), now=NOW, second_factor=name != "agent")
        if name in posts:
            appoint(found[name], *posts[name])
    found["legal"] = enlist("Legal", now=NOW)
    appoint_legal(found["legal"])
    Account.objects.filter(id=found["admin"].account_id).update(is_administrator=True, second_factor_required=True)
    return found


def _make_of_law(world: World, legal: Member) -> None:
    """Let one value of law be confirmed and another wait."""
    law.forget_marks()
    found = {line.value.what: line for line in catalogue.list_law(NOW)}
    confirmed, waiting = found["objection"].value, found["value.fee_sku"].value
    uses = [law_actions.LegalValue(one.kind, one.id, confirmed.digest, confirmed.what, confirmed.basis) for one in found["objection"].uses]  # fmt: skip
    ground = law_actions.LegalGround("UU 30/2014 pasal 77", date(2014, 10, 17), "", date(2027, 1, 5))
    law_actions.confirm(command_id=uuid4(), actor=legal.officer, now=NOW, values=uses, ground=ground)
    proposal = Proposal.objects.create(
        service_id="surat-keterangan-usaha", key="f" * 64, key_before=world.things["version"], version="2026.9", files=b"",
        differs=["service.yaml"], proposed_at=NOW, proposed_by=world.cast.ratna.person_id, replay="done",
        counts={"groups": {"same": 12}, "hidden": False, "total": 12}, size=12, closed=12, place=12,
    )  # fmt: skip
    world.things |= {
        "proposal": str(proposal.id), "law": waiting.digest, "law_confirmed": confirmed.digest,
        "later": (world.now + timedelta(days=400)).date().isoformat(),
    }  # fmt: skip


def _let_in(world: World, members: dict[str, Member]) -> None:
    officers = set(members) - {"siti", "joko", "agent", "unproven"}
    world.browsers = {
        name: sign_in(members[name], second_factor=name in officers) if name in members else Client() for name in PEOPLE
    }
    for name, member in members.items():
        world.things[f"{name}_person"] = str(member.person_id)
    siti = world.cast.siti
    for agent in ("agent", "party"):
        offered = people.offer_mandate(
            command_id=uuid4(), actor=siti.citizen, now=world.now, principal_id=siti.person_id,
            agent_id=members[agent].person_id, kind="family", services=[], from_date=world.now.date(), to_date=None,
        )  # fmt: skip
        people.accept_mandate(command_id=uuid4(), actor=members[agent].citizen, now=world.now, mandate_id=offered)
        world.things[f"{agent}_mandate"] = str(offered)
    world.things["offered_mandate"] = str(
        people.offer_mandate(
            command_id=uuid4(), actor=siti.citizen, now=world.now, principal_id=siti.person_id,
            agent_id=world.cast.joko.person_id, kind="family", services=[], from_date=world.now.date(), to_date=None,
        )
    )  # fmt: skip


def _do(world: World, case_id: UUID, member: Member, **data: object) -> None:
    """Let somebody do the open task of a case."""
    token = queries.read_case(case_id=case_id).open_tasks[0].token
    actions.act(
        actions.Command(
            id=uuid4(), actor=member.officer, now=world.now, case_id=case_id, action="complete", token=token, data=data
        )
    )


def _make_cases(world: World) -> None:
    """Bring Siti's cases to each place where somebody else has to act, and one to its signed letter and its archive."""
    cast, now, things = world.cast, world.now, world.things
    issuing.enroll_signer(
        actor=cast.ratna.officer, now=now, name="Ratna Dewi Contoh", organisation="Kelurahan", passphrase=PASSPHRASE
    )
    made = {name: apply_for_sku(cast, now=now) for name in ("case", "back", "decide", "ready", "closed")}
    _do(world, made["back"].case_id, cast.budi, result="incomplete", missing="Foto tidak terbaca.")
    for name in ("decide", "ready", "closed"):
        _do(world, made[name].case_id, cast.budi, result="complete")
    for name in ("ready", "closed"):
        _do(world, made[name].case_id, cast.ratna, outcome="grant", reason="Sesuai berkas")
    last = queries.read_case(case_id=made["closed"].case_id)
    signed = sign_seen(cast.ratna.officer, last.id, last.open_tasks[0].token, PASSPHRASE, now)
    Worker().drain(now)
    for name, one in made.items():
        row = queries.read_case(case_id=one.case_id)
        things |= {name: one.number, f"{name}_id": str(one.case_id)}
        if row.open_tasks:
            things[f"{name}_token"] = row.open_tasks[0].token
    first = queries.read_case(case_id=made["case"].case_id)
    world.browsers["code"].post("/lacak/", {"nomor": first.number, "kode": first.data["contact"]["track_code"]})
    file = documents.list_documents(first.vault_id)[0].id
    closed_file = documents.list_documents(queries.read_case(case_id=made["closed"].case_id).vault_id)[0].id
    things |= {
        "file": str(file), "closed_file": str(closed_file), "track_code": first.data["contact"]["track_code"],
        "letter": str(signed.letter.id), "letter_code": signed.letter.code,
        "preview": evidence.sign_preview(file, cast.budi.person_id),
    }  # fmt: skip
    things["hold"] = str(
        archive.place_hold(
            command_id=uuid4(),
            actor=CONSOLE,
            now=now,
            case_id=made["closed"].case_id,
            reason="Sengketa",
            basis="Contoh",
        )
    )


def _make_drafts(world: World) -> None:
    """Let Siti, a guest and a citizen at Budi's counter begin an application."""
    start, file = "/layanan/surat-keterangan-usaha/ajukan/", "evidence/"
    for name, browser in (("draft", "siti"), ("budi_draft", "budi"), ("guest_draft", "guest")):
        base = world.browsers[browser].post(start, follow=True).redirect_chain[0][0]
        sent = {"rt_letter": SimpleUploadedFile("rt.jpg", photo(), "image/jpeg")}
        world.browsers[browser].post(base + file, sent)
        draft_id = base.strip("/").split("/")[1]
        vault = Draft.objects.get(id=draft_id).vault_id
        found = documents.list_documents(vault)
        assert found, f"{browser} sent a file"
        world.things |= {name: draft_id, f"{name}_file": str(found[0].id)}
    card = {
        **CARD, "service": "surat-keterangan-usaha", "name": "Siti Rahma Contoh", "birth_place": "Samarinda", "sex": "P",
        "address": "Jalan Contoh 1", "village": "64.72.05.1003", "phone": "0812 0000 0001", "email": "",
        "command": str(uuid4()),
    }  # fmt: skip
    at = world.browsers["budi"].post("/meja/loket/", card).headers["Location"]
    world.things["counter_draft"] = at.strip("/").rpartition("/")[2]


def _make_of_people(world: World) -> None:
    """Make what hangs on persons: a leave, a deputy, wishes to be forgotten, a token, an appointment."""
    cast, now, today = world.cast, world.now, timezone.localdate(world.now)
    absent = offices.note_absence(
        command_id=uuid4(), actor=cast.budi.officer, now=now, person_id=cast.budi.person_id, kind="leave",
        from_date=today + timedelta(days=30), to_date=today + timedelta(days=31),
    )  # fmt: skip
    here = offices_queries.get_unit(HERE).id
    held = Appointment.objects.get(person_id=cast.budi.person_id, post__unit_id=here, post__role="clerk")
    stands_in = offices.set_deputy(
        command_id=uuid4(), actor=CONSOLE, now=now, appointment_id=held.id, person_id=UUID(world.things["clerk_person"]),
        from_date=date(2031, 2, 3), to_date=date(2031, 2, 4), basis="SK",
    )  # fmt: skip
    free = offices.create_post(
        command_id=uuid4(), actor=CONSOLE, now=now, unit_id=here, role="clerk", title="Petugas", seats=1
    )
    world.things |= {
        "absence": str(absent.id),
        "absence_day": str(absent.from_date),
        "budi_appointment": str(held.id),
        "deputy": str(stands_in.id),
        "free_post": str(free.id),
    }
    for member in (cast.siti, cast.joko):
        wish = archive.ask_to_be_forgotten(command_id=uuid4(), actor=member.citizen, now=now)
        world.things[f"{member.name}_wish"] = str(wish)
    gone = enlist("Pergi", now=NOW, second_factor=False)
    world.things["gone_wish"] = str(
        archive.forget_person(command_id=uuid4(), actor=CONSOLE, now=now, person_id=gone.person_id, reason="permintaan")
    )
    found = world.browsers["admin"].post("/meja/kelola/melupakan/", {"contact": "joko@balai.example"})
    world.things["forget_word"] = found.headers["Location"].strip("/").rpartition("/")[2]


def _make_of_the_counter(world: World) -> None:
    """Let Budi open, at his counter, the pages of one person each."""
    budi = world.browsers["budi"]
    for name, at in (("recovery", "/meja/loket/pemulihan/"), ("held", "/meja/loket/data-diri/")):
        world.things[name] = budi.post(at, CARD).headers["Location"].strip("/").rpartition("/")[2]
    fresh = enlist("Baru", now=NOW, second_factor=False)
    Person.objects.filter(id=fresh.person_id).update(nik_hash=None, identity_level="contact")
    letters = people.make_counter_code(command_id=uuid4(), actor=fresh.citizen, now=world.now)
    bound = budi.post("/meja/loket/ikat/", {"code": letters}).headers["Location"]
    world.things["bind"] = bound.strip("/").rpartition("/")[2]


def _make_of_readings(world: World) -> None:
    """Find Budi's look at Siti's case unusual, and protect somebody who has no case, by Ratna's word."""
    cast, now, things = world.cast, world.now, world.things
    queries.open_case(cast.budi.officer, things["case"], now=now)
    row = Access.objects.filter(object=f"case:{things['case_id']}").latest("id")
    found = Finding.objects.create(
        access_id=row.id, rule="namesake", at=now, person_id=cast.siti.person_id, reader_id=cast.budi.person_id,
        case_id=things["case_id"], unit_path=offices_queries.get_unit(HERE).path,
    )  # fmt: skip
    posts = [post for post, _ in offices_queries.list_open_posts()][:2]
    soon = timezone.localdate(now) + timedelta(days=30)
    hidden = enlist("Terlindung", now=NOW, second_factor=False)
    protected = protection.protect(
        command_id=uuid4(), actor=cast.ratna.officer, now=now, person_id=hidden.person_id, kind="violence",
        reason="Perintah perlindungan sementara", review_on=soon, post_ids=posts,
    )  # fmt: skip
    things |= {
        "unusual": str(found.id), "protection": str(protected), "soon": soon.isoformat(), "first_post": str(posts[0]),
        "second_post": str(posts[1]),
    }  # fmt: skip


def _publish_a_page(now: datetime) -> None:
    """Publish the page that says how the hall is reached."""
    town = Path(settings.BALAI_TOWN_FOLDER)
    publishing.publish(PAGES, town / "pages" / "kontak", town, actor=CONSOLE, now=now)


def _make_machines(world: World) -> None:
    """Make a token for each machine; `Client` shows it with every request."""
    persons = {"siti": world.cast.siti.person_id, "joko": world.cast.joko.person_id, "budi": world.cast.budi.person_id}
    persons["elsewhere"] = UUID(world.things["elsewhere_person"])
    for name in MACHINES:
        owner, _, what = name.partition("-")
        shown = "balai_bukan" if owner == "false" else ""
        if owner in persons:
            scopes = ["cases:read"] if what == "reads" else list(SCOPES)
            command = uuid4()
            shown = make_token(
                command_id=command, actor=CONSOLE, now=world.now, name=name, person_id=persons[owner], scopes=scopes
            )
            world.things[name] = str(command)
        headers: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {shown}"} if shown else {}
        world.browsers[name] = Client(**headers)


def places(part: str) -> list[Path]:
    """List the rooms' own files of a kind for these tests."""
    return [path for name in sorted(rooms.open_names()) if (path := rooms.FOLDER / name / "tests" / part).is_file()]
