"""The one cast for tests, and what every story needs: a town, an open service, a file, an application."""

import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.utils.timezone import localdate
from PIL import Image
from tests import tables

from balai.base import marks
from balai.base.actors import Actor
from balai.base.outbox import Worker
from balai.casework.cases.actions import Command, Submission, Submitted, act, start_draft, submit
from balai.casework.cases.models import Case, Draft, Task
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import flow, queries
from balai.doors.console.demo import cast as demo
from balai.doors.console.demo.cast import Cast, Member
from balai.engine import manifest
from balai.engine.manifest.tests.grown_folder import grow
from balai.records.documents import actions as documents
from balai.records.folders import disk, packing
from balai.records.folders.models import FolderVersion
from balai.records.offices import actions as offices
from balai.records.offices import queries as offices_queries
from balai.records.people import actions as people
from balai.records.people import queries as people_queries

__all__ = [
    "NOW",
    "Cast",
    "apply_for",
    "apply_for_sku",
    "appoint",
    "appoint_legal",
    "bring_to_counter",
    "enlist",
    "make_cast",
    "open_service",
    "photo",
    "sign_seen",
    "sku_answers",
]

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 09:00 in Samarinda


# What may lie in a hall before the cast comes: services, as `open_service` opens them.
BEFORE = {"folders_folderversion", "base_mark"}
_made: dict[tuple[datetime, str, tuple[str, ...]], tuple[Cast, tables.Rows]] = {}


def make_cast(now: datetime) -> Cast:
    """Build the town and put the cast into it, as the demonstration does.

    A process does it once for each set of open services; to such a hall the same rows come back, a hundred times in the time of
    one making.
    """
    for name in settings.CACHES:  # who asked too often, or was told something before, was so in another story
        caches[name].clear()
    filled = set(tables.list_filled())
    if not filled <= BEFORE:
        return demo.make_cast(now)
    services = tuple(FolderVersion.objects.order_by("key").values_list("key", flat=True))
    key = (now, str(settings.BALAI_HOME), services)
    if key not in _made:
        cast = demo.make_cast(now)
        marks.adopt(now)  # as a hall that was made by its migrations: else every test's worker does it first
        _made[key] = cast, tables.read_rows(tables.list_filled())
        return cast
    cast, rows = _made[key]
    _forget_former()
    with connection.cursor() as cursor:
        for table in filled:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
    tables.lay_down(rows)
    return cast


def _forget_former() -> None:
    """Forget the keys that a former story left of the same people."""
    shutil.rmtree(Path(settings.BALAI_HOME) / "signing" / "persons", ignore_errors=True)


def files_of(folder: Path) -> dict[str, bytes]:
    """Read a folder's files by their path inside it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@lru_cache(maxsize=16)
def _packed(service_id: str) -> tuple[manifest.Service, bytes]:
    town = disk.read_town_files(settings.BALAI_TOWN_FOLDER)
    files = files_of(settings.BALAI_SERVICES / service_id)
    service = manifest.read_service(files, folder=service_id, town=manifest.read_town(town))
    return service, packing.pack(files, town)


def enlist(name: str, *, now: datetime = NOW, second_factor: bool = True) -> Member:
    """Make one more officer's account, which can enter the desk once it has a second factor; posts are given by the test."""
    account_id = people.create_account(
        command_id=uuid4(), actor=demo.CONSOLE, now=now, email=f"{uuid4().hex}@balai.example", password=None, name=name
    )
    account = people_queries.get_account(account_id)
    if second_factor:
        TOTP.activate(account, demo.AUTHENTICATOR)
    return Member(name, account.person.id, account_id)


def appoint(
    member: Member,
    role: str,
    unit: str,
    *,
    now: datetime = NOW,
    first: date = date(2026, 1, 1),
    last: date | None = None,
) -> UUID:
    """Give an officer a post with a role in a unit, and give the appointment's id."""
    post = next(one for one in offices_queries.list_posts(offices_queries.get_unit(unit).id) if one.role == role)
    made = offices.appoint(
        command_id=uuid4(), actor=demo.CONSOLE, now=now, post_id=post.id, person_id=member.person_id, from_date=first,
        to_date=last, basis="SK Contoh",
    )  # fmt: skip
    return made.id


def appoint_legal(member: Member, *, now: datetime = NOW) -> None:
    """Make a post for a legal officer of the city, and give it to a member from the day before on."""
    unit_id = offices_queries.get_unit("kota").id
    offices.create_post(
        command_id=uuid4(), actor=demo.CONSOLE, now=now, unit_id=unit_id, role="legal", title="Analis hukum"
    )
    appoint(member, "legal", "kota", now=now, first=localdate(now) - timedelta(days=1))


def open_service(service_id: str = "surat-keterangan-usaha") -> manifest.Service:
    """Open a service of this repository for applications; its examples have tests of their own."""
    service, archive = _packed(service_id)
    FolderVersion.objects.get_or_create(
        key=service.key,
        defaults={
            "kind": "service",
            "folder_id": service.id,
            "version": service.version,
            "files": archive,
            "published_at": NOW,
        },
    )
    catalogue.forget_current()
    return service


def open_grown(blocks: list[tuple[str, str]]) -> manifest.Service:
    """Open *surat keterangan usaha* with blocks of a handbook put into it."""
    files, town = grow(blocks)
    service = manifest.read_service(files, folder="surat-keterangan-usaha", town=manifest.read_town(town))
    FolderVersion.objects.filter(kind="service", folder_id=service.id).update(current=False)
    FolderVersion.objects.create(
        key=service.key, kind="service", folder_id=service.id, version=service.version, files=packing.pack(files, town),
        published_at=NOW,
    )  # fmt: skip
    catalogue.forget_current()
    return service


def photo(colour: str = "red") -> bytes:
    """Make a small real JPEG."""
    file = BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "JPEG")
    return file.getvalue()


def golden_answers(
    service_id: str, example: str, file: Callable[[str], Mapping[str, Any]], **changes: Any
) -> dict[str, Any]:
    """Give the answers of a golden example, with files really stored by `file`."""
    service, _ = _packed(service_id)
    (story,) = [each for each in service.examples if each.name == example]
    answers = {
        name: file(str(value["file"])) if isinstance(value, Mapping) and "file" in value else value
        for name, value in story.apply.items()
    }
    return {**answers, **changes}


def sku_answers(file: Callable[[str], Mapping[str, Any]], **changes: Any) -> dict[str, Any]:
    """Give the answers of the golden example for a business statement letter, with files really stored by `file`."""
    here = {"village": "64.72.05.1003", "business_name": "Warung Siti"}
    return golden_answers("surat-keterangan-usaha", "granted", file, **{**here, **changes})


def apply_for_sku(cast: Cast, *, now: datetime = NOW, command_id: UUID | None = None, **changes: Any) -> Submitted:
    """Let Siti apply for her letter through a draft with real files."""
    here = {"village": "64.72.05.1003", "business_name": "Warung Siti", **changes}
    return apply_for(cast, "surat-keterangan-usaha", "granted", now=now, command_id=command_id, **here)


def apply_for(
    cast: Cast, service_id: str, example: str, *, now: datetime = NOW, command_id: UUID | None = None, **changes: Any
) -> Submitted:
    """Let Siti apply with the answers of a golden example, through a draft with real files."""
    draft_id, _ = start_draft(actor=cast.siti.citizen, now=now, service_id=service_id, answers={})
    vault_id = Draft.objects.get(id=draft_id).vault_id

    def file(name: str) -> Mapping[str, Any]:
        stored = documents.store(vault_id, BytesIO(photo()), name=name, actor=cast.siti.citizen, now=now)
        return {"document": str(stored.id), "name": name, "type": stored.media_type, "size": stored.size}

    return submit(
        Submission(
            id=command_id or uuid4(), actor=cast.siti.citizen, now=now, service_id=service_id,
            answers=golden_answers(service_id, example, file, **changes), draft_id=draft_id,
        )
    )  # fmt: skip


def bring_to_counter(
    cast: Cast,
    *,
    now: datetime = NOW,
    ready: datetime | None = None,
    reference: str = "SIAK-CONTOH-1",
    pickup: str = "",
) -> UUID:
    """Bring a card of Siti's to where it lies at the counter, `ready` at once or then; with `pickup` she chose that day."""
    case_id = apply_for(cast, "ktp-el-hilang-rusak", "lost", now=now).case_id
    file = BytesIO()
    Image.new("RGB", (64, 48)).save(file, "PDF")
    file.seek(0)
    vault_id = Case.objects.get(id=case_id).vault_id
    kept = documents.store(vault_id, file, name="bukti.pdf", actor=cast.budi.officer, now=now)
    document = {"document": str(kept.id), "name": "bukti.pdf", "type": kept.media_type, "size": kept.size}
    done: list[tuple[Any, datetime, dict[str, Any]]] = [
        (cast.budi.officer, now, {"result": "complete"}),
        (cast.budi.officer, now, {"reference": reference}),
        (cast.budi.officer, ready or now, {"result": "issued", "document": document}),
    ]
    if pickup:
        done.append((cast.siti.citizen, ready or now, {"pickup_date": pickup, "slot": "pagi", "taker": "sendiri"}))
    for actor, at, data in done:
        token = Task.objects.get(case_id=case_id, state="open").token
        act(Command(id=uuid4(), actor=actor, now=at, case_id=case_id, action="complete", token=token, data=data))
        Worker().drain(at)
    return case_id


def sign_seen(actor: Actor, case_id: UUID, token: str, passphrase: str, now: datetime) -> flow.Signed:
    """Let an officer look at a letter to its last page, as they must, and sign it."""
    if queries.find_live_letter(case_id, token) is None:
        flow.see_letter(actor, case_id, token, now)
    return flow.sign_letter(actor, case_id, token, passphrase, now)
