"""The port `meterai`: who issues stamp duties is asked for the serial of one; the hall itself makes none.

`http` asks a distributor's service, whose shape nobody has confirmed yet: it has never met a real one. `failing` shows what
happens when it is down, and stands where no other is chosen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.conf import settings

from balai.base import later, plugs, unlocked
from balai.base.errors import Unavailable
from balai.casework.cases import operations

if TYPE_CHECKING:
    import httpx
else:
    httpx = later.module("httpx")

PORT = "meterai"
ATTEMPTS = 8  # as often as a registry is asked, unless it says otherwise
DUTY = Decimal(10000)  # rupiah, where the step hands in no amount
_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{3,63}")


class StampRefused(Exception):
    """Who issues stamps said no; asking again cannot help."""


@dataclass(frozen=True, slots=True)
class StampRequest:
    """One stamp: `key` is the same on every repetition, so that none is bought twice; `reference` is the case's number."""

    key: UUID
    reference: str
    amount: Decimal


class Stamps(Protocol):
    """What every adapter of the port can do."""

    def take(self, request: StampRequest) -> str:
        """Give the serial of a stamp. :raises Unavailable: no answer; :raises StampRefused: no."""


@plugs.adapter(PORT, "http")
class HttpStamps:
    """Asks by `POST {reference, amount, key}` with a bearer token: 2xx `{"serial": …}`, 4xx refused, else again."""

    def take(self, request: StampRequest) -> str:
        """Ask once."""
        told = settings.BALAI_METERAI_SERVICE
        try:
            answer = httpx.post(
                told["url"],
                json={"reference": request.reference, "amount": f"{request.amount:f}", "key": str(request.key)},
                headers={"Authorization": f"Bearer {told['token']}", "Idempotency-Key": str(request.key)},
                timeout=httpx.Timeout(15, connect=5),
            )
        except httpx.HTTPError as error:
            raise Unavailable("plug-failed", port=PORT) from error
        if answer.status_code in (400, 402, 403, 404, 409, 422):
            raise StampRefused(str(answer.status_code))
        return _serial_in(answer)


def _serial_in(answer: Any) -> str:
    """Read the serial out of an answer; one that holds none is no answer."""
    try:
        told = answer.json() if answer.is_success else {}
    except ValueError:
        told = {}
    serial = told.get("serial") if isinstance(told, dict) else None
    if not isinstance(serial, str) or _SERIAL.fullmatch(serial) is None:
        raise Unavailable("plug-failed", port=PORT)
    return serial


@plugs.adapter(PORT, "failing")
class FailingStamps:
    """Gives none, so that the failure path can be walked by hand."""

    def take(self, request: StampRequest) -> str:
        """Refuse."""
        raise Unavailable("plug-failed", port=PORT)


def take_stamp(call: operations.OperationCall) -> operations.Finish:
    """Ask for the stamp of a step; its serial is written under the step, and stays with the case.

    :raises operations.Failed: `refused`, or `unavailable` once it was asked often enough; :raises Unavailable: until then.
    """
    unlocked.require("asking for a stamp")
    amount = call.inputs.get("amount")
    request = StampRequest(call.id, call.case.number, Decimal(str(amount)) if amount is not None else DUTY)
    stamps: Stamps = plugs.get(PORT)
    try:
        serial = stamps.take(request)
    except StampRefused as refused:
        raise operations.Failed("refused", str(refused)) from refused
    except Unavailable as silent:
        if call.attempts >= ATTEMPTS:
            raise operations.Failed("unavailable", PORT) from silent
        raise
    return partial(dict, serial=serial)
