"""What can stand behind the port of a population registry: a synthetic one, a real one over HTTPS, one that fails."""

from __future__ import annotations

import json
import ssl
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings

from balai.base import later, plugs
from balai.records.registries.models import SyntheticResident
from balai.records.registries.rules import Answer, RecordAbsent, RecordFound, RegistrySilent, Resident

if TYPE_CHECKING:
    import httpx
else:
    httpx = later.module("httpx")


PENDUDUK = "registry:penduduk"


class Registry(Protocol):
    """A registry that knows residents by their NIK."""

    def look_up(self, nik: str, *, purpose: str, fields: tuple[str, ...], now: datetime) -> Answer:
        """Ask for one record; never raises for a registry that is down or talks nonsense, but says `RegistrySilent`."""
        ...


@plugs.adapter(PENDUDUK, "synthetic")
class Synthetic:
    """Invented residents in our own table; for demonstrations and tests."""

    def look_up(self, nik: str, *, purpose: str, fields: tuple[str, ...], now: datetime) -> Answer:
        """Find an invented resident."""
        found = SyntheticResident.objects.filter(nik=nik).values_list("record", "family_card").first()
        if found is None:
            return RecordAbsent()
        members = self._list_family(found[1]) if "members" in fields and found[1] else []
        return RecordFound(Resident.from_json({**found[0], "members": members}))

    def _list_family(self, card: str) -> list[dict[str, Any]]:
        return list(SyntheticResident.objects.filter(family_card=card).order_by("nik").values_list("record", flat=True))


@plugs.adapter(PENDUDUK, "failing")
class FailingRegistry:
    """A registry that never answers, to try that path by hand."""

    def look_up(self, nik: str, *, purpose: str, fields: tuple[str, ...], now: datetime) -> Answer:
        """Answer as a registry does that is down."""
        return RegistrySilent("the failing registry")


@plugs.adapter(PENDUDUK, "http")
class OverHttp:
    """A registry asked by JSON over HTTPS, within a deadline for the whole exchange.

    Settings: BALAI_REGISTRY_PENDUDUK_URL (https, or http to loopback), BALAI_REGISTRY_PENDUDUK_TOKEN_FILE (bearer
    token), BALAI_REGISTRY_PENDUDUK_CA (certificate authorities of a private network). It posts
    `{"nik", "purpose", "fields", "request_id", "asked_at"}` and expects 200 `{"record": {...}}` or 404.
    """

    connect_timeout = 2.0
    read_timeout = 4.0
    deadline = 8.0  # seconds for the whole exchange: a person waits
    max_answer = 64 * 1024

    def look_up(self, nik: str, *, purpose: str, fields: tuple[str, ...], now: datetime) -> Answer:
        """Ask the registry once; a repetition is the caller's decision, since each question is recorded there too."""
        ends = time.monotonic() + self.deadline
        question = {
            "nik": nik, "purpose": purpose, "fields": list(fields), "request_id": str(uuid4()),
            "asked_at": now.isoformat(),
        }  # fmt: skip
        try:
            status, body = self._ask(question, ends)
            return self._read(nik, status, body)
        except (httpx.HTTPError, OSError, TimeoutError) as error:
            return RegistrySilent(f"{type(error).__name__}")
        except ValueError as error:
            return RegistrySilent(f"answer not understood: {error}")

    def _ask(self, question: dict[str, Any], ends: float) -> tuple[int, bytes]:
        timeout = httpx.Timeout(self.read_timeout, connect=self.connect_timeout)
        headers = {"Accept": "application/json", **self._authorisation()}
        with (
            httpx.Client(timeout=timeout, verify=self._trust(), trust_env=False, follow_redirects=False) as client,
            client.stream("POST", self._url(), json=question, headers=headers) as response,
        ):
            body = b""
            for piece in response.iter_bytes():
                body += piece
                if time.monotonic() > ends:  # a slow drip keeps each read alive but not the whole
                    raise TimeoutError
                if len(body) > self.max_answer:
                    raise ValueError("too long")
            return response.status_code, body

    def _read(self, nik: str, status: int, body: bytes) -> Answer:
        if status == httpx.codes.NOT_FOUND:
            return RecordAbsent()
        if status != httpx.codes.OK:
            return RegistrySilent(f"status {status}")
        tree = json.loads(body)
        if not isinstance(tree, dict) or not isinstance(tree.get("record"), dict):
            raise ValueError("no record in it")
        record = Resident.from_json(tree["record"])
        if record.nik != nik:
            raise ValueError("it is about another NIK")
        return RecordFound(record)

    def _url(self) -> str:
        url: str = getattr(settings, "BALAI_REGISTRY_PENDUDUK_URL", "")
        parts = urlsplit(url)
        if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}):
            return url
        raise ValueError("BALAI_REGISTRY_PENDUDUK_URL is not an https address")

    def _authorisation(self) -> dict[str, str]:
        path = getattr(settings, "BALAI_REGISTRY_PENDUDUK_TOKEN_FILE", "")
        if not path:
            return {}
        with open(path, encoding="ascii") as file:
            return {"Authorization": f"Bearer {file.read().strip()}"}

    def _trust(self) -> Any:
        authorities = getattr(settings, "BALAI_REGISTRY_PENDUDUK_CA", "")
        return ssl.create_default_context(cafile=authorities) if authorities else True
