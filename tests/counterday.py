"""A counter's day in the tests: what a device was given, and what it tells of an application."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.cast import Cast, photo

from balai.base.actors import Actor
from balai.casework.catalogue import queries as catalogue
from balai.rooms.counterdays import actions

SKU = "surat-keterangan-usaha"
CARD = {
    "nik": "9901014506900009", "name": "Warga Loket Contoh", "birth_place": "Samarinda", "birth_date": "1990-06-05",
    "sex": "P", "address": "Jalan Contoh 9 RT 01", "village": "64.72.05.1003", "phone": "", "email": "",
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "business_name": "Kios Loket", "kind": "kuliner", "village": "64.72.05.1003", "business_address": "Jalan Contoh 9",
    "started_on": "2020-01-01", "has_nib": False, "has_partner": False, "purpose": "kredit", "phone": "+6281200000009",
    "true_statement": True,
}  # fmt: skip


def counter(cast: Cast) -> Actor:
    """Give Budi at the counter."""
    officer = cast.budi.officer
    return Actor(officer.kind, "counter", officer.person_id, second_factor=True)


def stock(cast: Cast, now: datetime, count: int = 3, *, ahead: timedelta = timedelta(0)) -> actions.DrawnSupplies:
    """Draw supplies for Budi's device, whose clock is ahead of the hall's."""
    return actions.stock_up(command_id=uuid4(), actor=counter(cast), now=now, count=count, device_at=now + ahead)


def bring(
    cast: Cast, drawn: actions.DrawnSupplies, at: int, *, taken: datetime, now: datetime, ahead: timedelta = timedelta(0),
    sent_ahead: timedelta | None = None, id: UUID | None = None, actor: Actor | None = None, files: bool = True,
    card: dict[str, str] | None = None, service: str = SKU, key: str = "", **more: Any,
) -> actions.Brought:  # fmt: skip
    """Tell of an application under one of the numbers; the device's clock is ahead, when it is sent perhaps by more."""
    one = drawn.numbers[at]
    short = catalogue.get_service(service).short
    told = {
        "card": {**CARD, **(card or {})}, "answers": dict(ANSWERS), "service": service,
        "key": key or catalogue.current_keys()[service], "number": f"{short}-{one.code[:4]}-{one.code[4:]}",
        "code": one.track_code,
    }  # fmt: skip
    return actions.Brought(
        id=id or uuid4(), actor=actor or counter(cast), now=now, supply_id=drawn.supply_id, told=told,
        taken=taken + ahead, sent=now + (ahead if sent_ahead is None else sent_ahead),
        files=pictures() if files else (), **more,
    )  # fmt: skip


def pictures() -> Sequence[actions.Attached]:
    """Attach the two papers of the application, as they come from a device."""
    return [actions.Attached(name, f"{name}.jpg", "image/jpeg", [photo()], name) for name in ("rt_letter", "photo")]
