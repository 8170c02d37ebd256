"""What every test of letters needs: a small service of its own, the cast, and a case that waits for a signature."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from tests.cast import NOW, Cast, make_cast, sign_seen

from balai.base import journal
from balai.base.actors import CLOCK
from balai.casework.cases.actions import Command, Submission, act, submit
from balai.casework.cases.models import Task
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import authority, flow, queries
from balai.casework.issuing.models import Letter
from balai.engine import manifest
from balai.records.folders import packing
from balai.records.folders.models import FolderVersion

PASSPHRASE = "kunci ratna untuk uji"
SERVICE = "surat-uji"
BUSINESS = "Warung Siti"


def files_of(folder: Path) -> dict[str, bytes]:
    """Read a folder's files by their path inside it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def open_letter_service(**changes: str) -> manifest.Service:
    """Open the small service with a letter a person signs, one the office seals, and a refusal; `changes` are to its sheet."""
    files, town = files_of(Path(__file__).parent / SERVICE), files_of(settings.BALAI_TOWN_FOLDER)
    for old, new in changes.items():
        assert old.encode() in files["service.yaml"]
        files["service.yaml"] = files["service.yaml"].replace(old.encode(), new.encode())
    service = manifest.read_service(files, folder=SERVICE, town=manifest.read_town(town))
    FolderVersion.objects.get_or_create(
        key=service.key,
        defaults={
            "kind": "service",
            "folder_id": service.id,
            "version": service.version,
            "files": packing.pack(files, town),
            "published_at": NOW,
        },
    )
    catalogue.forget_current()
    return service


def stage(now: datetime = NOW) -> Cast:
    """Open the service, put the cast into the town, and give Ratna her key."""
    open_letter_service()
    cast = make_cast(now)
    if not authority.is_enrolled(cast.ratna.person_id):
        authority.enroll(
            cast.ratna.person_id,
            name="Ratna Dewi Contoh",
            organisation="Pemerintah Kota Samarinda",
            passphrase=PASSPHRASE,
            now=now,
        )
    return cast


def apply(cast: Cast, *, unattended: bool = False) -> UUID:
    """Let Siti apply: the case's id."""
    answers = {
        "business_name": BUSINESS,
        "village": "64.72.05.1003",
        "started_on": "2020-02-01",
        "unattended": unattended,
    }
    submission = Submission(id=uuid4(), actor=cast.siti.citizen, now=NOW, service_id=SERVICE, answers=answers)
    return submit(submission).case_id


def to_sign(cast: Cast, outcome: str = "grant", reason: str = "Usaha terbukti berjalan") -> tuple[UUID, str]:
    """Bring a case of Siti's to Ratna's signature: (case, token)."""
    case_id = apply(cast)
    data: dict[str, Any] = {"outcome": outcome, "reason": reason}
    token = open_task(case_id).token
    act(
        Command(
            id=uuid4(), actor=cast.ratna.officer, now=NOW, case_id=case_id, action="complete", token=token, data=data
        )
    )
    return case_id, open_task(case_id).token


def open_task(case_id: UUID) -> Task:
    """Fetch the one open task of a case."""
    return Task.objects.get(case_id=case_id, state="open")


def sign(cast: Cast, case_id: UUID, token: str) -> flow.Signed:
    """Let Ratna sign."""
    return sign_seen(cast.ratna.officer, case_id, token, PASSPHRASE, NOW)


def become(letter_id: UUID, **changes: Any) -> None:
    """Let a letter be another than it was signed as, its journal with it: what time or another authority would have made of it."""
    Letter.objects.filter(id=letter_id).update(**changes)
    enter(queries.get_letter(letter_id))


def enter(letter: Letter) -> None:
    """Enter a letter that a test wrote by hand as one that was signed as it is."""
    assert letter.signed_at is not None
    with journal.deed(uuid4(), actor=CLOCK, now=letter.signed_at, name="test.enter") as deed:
        deed.record(f"letter:{letter.id}", "sign", {"sha256": letter.sha256, "mark": queries.row_mark(letter)})
