"""Every read of counter days: supplies that are out, what a device is given, what lies in the tray and what it holds."""

import json
from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from balai.base import access_log, clock, crypto
from balai.base.actors import Actor
from balai.base.errors import Invalid, NotFound
from balai.base.pages import links, texts
from balai.casework.cases import identity
from balai.casework.cases import queries as cases
from balai.casework.cases import rules as cases_rules
from balai.casework.catalogue import queries as catalogue
from balai.engine import forms, letters, manifest
from balai.records.errors import wrong
from balai.records.offices import queries as offices
from balai.records.people import queries as people
from balai.records.protection import policy as protection
from balai.rooms.counterdays import policy, rules
from balai.rooms.counterdays.models import Arrival, Supply

PURPOSE = "counterdays"
CONTEXT = "counterdays:arrival"
_FILE = b"balai-loket-1"  # what the key of a file is derived for
_DAYS = 14


# ---- supplies --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SupplyView:
    """Supplies in a list: how many of their numbers became cases, are out or were returned."""

    id: UUID
    officer: str
    own: bool
    drawn_at: datetime
    returned_at: datetime | None
    count: int
    used: int
    unused: int | None


def list_supplies(actor: Actor, now: datetime) -> list[SupplyView]:
    """List the supplies of this officer's counters: those that are out, and the newest that came back."""
    units = [held.unit_id for held in policy.list_looked_after(actor, now)]
    found = list(Supply.objects.filter(unit_id__in=units).order_by("returned_at", "-drawn_at")[:20])
    found += list(
        Supply.objects.filter(unit_id__in=units, returned_at=None).exclude(id__in=[one.id for one in found])[:20]
    )
    used = cases.count_drawn([one.id for one in found], "used")
    names = people.list_names({one.officer_id for one in found})
    return [
        SupplyView(
            one.id, names.get(one.officer_id, ""), one.officer_id == actor.person_id, one.drawn_at, one.returned_at,
            one.count, used.get(one.id, 0), one.unused,
        )
        for one in sorted(found, key=lambda one: (one.returned_at is not None, -one.drawn_at.timestamp()))
    ]  # fmt: skip


def list_out(before: datetime) -> list[Supply]:
    """List supplies that were drawn before a moment and not returned."""
    return list(Supply.objects.filter(returned_at=None, drawn_at__lt=before).order_by("drawn_at")[:50])


def make_stock(lang: str, now: datetime, unit_code: str) -> dict[str, Any]:
    """Make what is public of a device's supplies: the services that take applications with their forms, villages with the own one first, the calendar."""
    unit, paused = offices.get_unit(unit_code), catalogue.list_paused(now)
    services = [one for one in catalogue.list_at_counter() if one.id not in paused]
    villages = next((one.tables["village"] for one in services if "village" in one.tables), None)
    return {
        "services": [rules.describe(one, lang, _printed(one)) for one in services],
        "villages": [[row.code, row.name(lang)] for row in sorted(villages.rows, key=lambda row: row.code != unit.area)]
        if villages
        else [],
        "closed": _closed(offices.get_calendar(unit), now),
        "lang": lang,
    }


def _printed(service: manifest.Service) -> tuple[str, ...]:
    """Name what a service's letters print of an applicant, which a counter therefore copies off the card."""
    return tuple(name for name in identity.list_missing(service, {}, firm=False) if name in rules.CARD)


def _closed(known: clock.Calendar, now: datetime) -> list[str]:
    """List the days to come on which the office is closed, of the public calendar."""
    days = [localdate(now) + timedelta(days=ahead) for ahead in range(_DAYS)]
    return [day.isoformat() for day in days if not known.is_working_day(day)]


def draw_codes(shorts: Sequence[str], code: str, track_code: str) -> dict[str, str]:
    """Draw the QR code of a receipt for each service it may be for: "modules a side:bits in base64", by the service's short name."""
    made = {}
    for short in shorts:
        side, bits = letters.qr_bits(
            links.address("citizen.tracking", cases_rules.spell_number(short, code), track_code)
        )
        made[short] = f"{side}:{b64encode(bits).decode()}"
    return made


# ---- what came in ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TrayLine:
    """One line of the tray: nobody is named in it."""

    id: UUID
    number: str
    service: str
    why: str
    taken_at: datetime
    arrived_at: datetime
    jumped: bool
    draft_id: UUID | None  # the form in which it is being mended, where it is


@dataclass(frozen=True, slots=True)
class OpenedTray:
    """What lies in the tray, opened for one officer."""

    row: Arrival
    supply: Supply
    told: Mapping[str, Any]
    service: manifest.Service
    shown: tuple[tuple[str, str], ...]
    files: tuple[str, ...]


def list_tray(actor: Actor, now: datetime) -> list[TrayLine]:
    """List what lies in the trays this officer looks after, oldest first."""
    units = [held.unit_id for held in policy.list_looked_after(actor, now)]
    found = _unsettled().filter(supply__unit_id__in=units).order_by("arrived_at")[:200]
    titles = {service.id: service for service in catalogue.list_services()}
    lang = texts.language()
    return [
        TrayLine(
            one.id, one.number, titles[one.service_id].text("title", lang) if one.service_id in titles else one.service_id,
            one.why, one.taken_at, one.arrived_at, one.jumped, one.draft_id if one.state == "form" else None,
        )
        for one in found
    ]  # fmt: skip


def count_tray(actor: Actor, now: datetime) -> int:
    """Count what lies in the trays this officer looks after."""
    units = [held.unit_id for held in policy.list_looked_after(actor, now)]
    return _unsettled().filter(supply__unit_id__in=units).count() if units else 0


def _unsettled() -> QuerySet[Arrival]:
    """Find what is no case yet and was not left: also what an officer began to mend in the counter's form."""
    mended = dict(Arrival.objects.filter(state="form").values_list("id", "number"))
    used = cases.list_used([cases_rules.code_of(number) for number in mended.values()])
    begun = [one for one, number in mended.items() if cases_rules.code_of(number) not in used]
    return Arrival.objects.filter(Q(state__in=("waiting", "tray")) | Q(id__in=begun))


def count_waiting(before: datetime) -> int:
    """Count what has lain in any tray since before a moment."""
    return _unsettled().filter(moved_at__lt=before).count()


def open_arrival(actor: Actor, arrival_id: UUID, *, now: datetime) -> OpenedTray:
    """Open what lies in a tray; the reading is recorded first. :raises NotFound: for who does not look after it, and for a protected person."""
    row = find_looked_after(actor, arrival_id, now)
    told = open_told(row)
    person_id = people.find_person_by_nik(str(told["card"].get("nik", "")))
    protection.require_shown(actor, person_id, now, purpose=PURPOSE)
    access_log.record_access(actor, purpose=PURPOSE, object=f"arrival:{row.id}", person_id=person_id, now=now)
    service = catalogue.get_service(row.service_id, row.service_key)
    return OpenedTray(row, row.supply, told, service, _shown(service, told), tuple(told.get("lost", ())))


def find_looked_after(actor: Actor, arrival_id: UUID, now: datetime) -> Arrival:
    """Find what still lies in a tray this officer looks after. :raises NotFound:"""
    units = {held.unit_id for held in policy.list_looked_after(actor, now)}
    row = Arrival.objects.select_related("supply").filter(id=arrival_id, state__in=("waiting", "tray")).first()
    if row is None or row.supply.unit_id not in units:
        raise NotFound
    return row


def find_of_case(case_id: UUID, number: str) -> Arrival | None:
    """Find what a case came from, where a counter without a line took it. One query."""
    came = Q(case_id=case_id) | Q(number=number, state="form")
    return Arrival.objects.filter(came).only("taken_at", "arrived_at", "drift_s", "jumped", "by_file").first()


def list_left(before: datetime, limit: int) -> list[UUID]:
    """List what was left without a case long enough ago and is not emptied yet."""
    found = Arrival.objects.filter(state="left", moved_at__lt=before).exclude(sealed=b"").order_by("moved_at")
    return list(found.values_list("id", flat=True)[:limit])


class DrawnSupply(NamedTuple):
    """When an officer drew supplies, and how many numbers."""

    at: datetime
    numbers: int


def list_work_of(person_ids: Collection[UUID]) -> list[DrawnSupply]:
    """List the supplies an officer drew."""
    found = Supply.objects.filter(officer_id__in=person_ids).order_by("drawn_at")
    return [DrawnSupply(*row) for row in found.values_list("drawn_at", "count")]


def has_open_case(person_id: UUID, service_id: str) -> bool:
    """Tell whether somebody has an open case for a service."""
    return any(one.service_id == service_id and one.status != "closed" for one in cases.list_applied(person_id))


def is_other(person_id: UUID, card: Mapping[str, str]) -> bool:
    """Tell whether somebody's name or date of birth is another than a card says: a number may have been copied wrongly."""
    person = people.get_person(person_id)
    born = person.birth_date.isoformat() if person.birth_date else ""
    differs = cases_rules.search_words(person.name) != cases_rules.search_words(card.get("name", ""))
    return differs or (bool(born) and born != card.get("birth_date", ""))


def _shown(service: manifest.Service, told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Put the answers into words, each beside its question."""
    form, lang, made = service.forms["apply"], texts.language(), list[tuple[str, str]]()
    for name, value in forms.from_json(form, told["answers"]).items():
        one = form.fields.get(name)
        if one is not None and not one.holds_files and value not in (None, "", []):
            label = service.text(f"{one.text_key}.label", lang, name)
            made.append((label, forms.show(one, value, service.texts, lang, tables=service.tables)))
    return tuple(made)


# ---- seals -----------------------------------------------------------------------------------------------------------


def seal_told(vault_id: UUID, told: Mapping[str, Any]) -> bytes:
    """Seal what was told of an application under its own vault."""
    return crypto.seal(vault_id, json.dumps(told, ensure_ascii=False).encode(), CONTEXT)


def open_told(row: Arrival) -> dict[str, Any]:
    """Open what was told of an application. :raises Tampered: when it was changed."""
    found: dict[str, Any] = json.loads(crypto.open_sealed(row.vault_id, row.sealed, CONTEXT))
    return found


def make_key(supply_id: UUID) -> tuple[bytes, str]:
    """Make the pair of keys for a device's file: (private one sealed, public one in base64 as the browser takes it)."""
    made = ec.generate_private_key(ec.SECP256R1())
    private = made.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = made.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return crypto.seal_with(crypto.derive(PURPOSE), private, _context(supply_id)), b64encode(public).decode()


def open_file(supply: Supply, ephemeral: bytes, nonce: bytes, sealed: bytes) -> bytes:
    """Open a file that a device sealed for the hall. :raises Invalid: `file-not-ours`."""
    private = serialization.load_der_private_key(
        crypto.open_with(crypto.derive(PURPOSE), supply.key_sealed, _context(supply.id)), None
    )
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), ephemeral)
        shared = private.exchange(ec.ECDH(), public)
        key = HKDF(hashes.SHA256(), 32, salt=supply.id.bytes, info=_FILE).derive(shared)
        return AESGCM(key).decrypt(nonce, sealed, supply.id.bytes)
    except (InvalidTag, ValueError):
        raise wrong("file-not-ours", "berkas") from None


def find_supply(supply_id: UUID) -> Supply:
    """Find supplies by their id. :raises Invalid: `file-not-ours`."""
    found = Supply.objects.filter(id=supply_id).first()
    if found is None:
        raise Invalid("file-not-ours", fields={})
    return found


def _context(supply_id: UUID) -> str:
    return f"counterdays:{supply_id}"
