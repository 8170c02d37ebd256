"""The port `signer`: a PDF goes in, the same PDF signed comes out; who holds the key is the adapter's business.

`local` signs with the demonstration authority, `bsre` asks a BSrE-style signing service over HTTP, `failing` shows what
happens when signing is down. A passphrase lives in memory only, for as long as a batch takes: it is never stored,
logged, put into a command or shown by `repr`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from cryptography import x509
from django.conf import settings

from balai.base import later, plugs, unlocked
from balai.base.errors import Conflict, Invalid, NotFound, Unavailable
from balai.casework.issuing import authority

if TYPE_CHECKING:
    import httpx
    from pyhanko.sign.timestamps import TimeStamper

    from balai.casework.issuing import judging, pades
    from balai.casework.issuing.judging import Verification
else:
    httpx, pades = later.module("httpx"), later.module("balai.casework.issuing.pades")
    judging = later.module("balai.casework.issuing.judging")

PORT = "signer"


@dataclass(frozen=True, slots=True)
class SignerIdentity:
    """Who signs: enough for any adapter to find their key; the NIK only where an outside service asks for it."""

    person_id: UUID
    name: str
    nik: str = field(default="", repr=False)


class Hand(Protocol):
    """An unlocked key, good for one batch."""

    def sign(self, pdf: bytes, *, at: datetime, place: str) -> bytes:
        """Give the same PDF with an invisible PAdES signature. :raises Unavailable, Invalid: as the adapter says."""


class Signer(Protocol):
    """What every adapter of the port can do."""

    demonstration: bool  # letters signed by it must bear CONTOH

    def unlock(self, identity: SignerIdentity, passphrase: str) -> Hand:
        """Open a person's key. :raises Invalid: `wrong-passphrase`; :raises NotFound: `no-signing-key`."""

    def seal(self, at: datetime) -> Hand:
        """Open the office's seal, which needs nobody. :raises Unavailable: where there is none."""

    def trust(self) -> Sequence[x509.Certificate]:
        """Give the roots that its signatures are judged against."""


def signer() -> Signer:
    """Give the adapter that the settings choose; whoever asks it for a key or a signature holds no transaction open."""
    return _Outside(plugs.get(PORT))


class _Outside:
    """Any adapter, held to its place: a signing service that hangs must not hang whoever else writes."""

    def __init__(self, adapter: Signer) -> None:
        self._adapter = adapter
        self.demonstration = adapter.demonstration

    def unlock(self, identity: SignerIdentity, passphrase: str) -> Hand:
        """Open a person's key, as the adapter does."""
        unlocked.require("opening a signer's key")
        return _OutsideHand(self._adapter.unlock(identity, passphrase))

    def seal(self, at: datetime) -> Hand:
        """Open the office's seal, as the adapter does."""
        unlocked.require("opening the seal")
        return _OutsideHand(self._adapter.seal(at))

    def trust(self) -> Sequence[x509.Certificate]:
        """Give the adapter's roots."""
        return self._adapter.trust()


@dataclass(frozen=True, slots=True)
class _OutsideHand:
    hand: Hand = field(repr=False)

    def sign(self, pdf: bytes, *, at: datetime, place: str) -> bytes:
        """Sign, as the adapter's hand does."""
        unlocked.require("signing")
        return self.hand.sign(pdf, at=at, place=place)


def sign(pdf: bytes, identity: SignerIdentity, passphrase: str, *, at: datetime, place: str) -> bytes:
    """Sign one PDF for one person; for many, `unlock` once and sign with the hand."""
    return signer().unlock(identity, passphrase).sign(pdf, at=at, place=place)


def verify(pdf: bytes, *, at: datetime) -> Verification:
    """Judge a PDF against the roots of the chosen adapter."""
    return pades.verify(pdf, trust=signer().trust(), at=at)


def has_issued(certificate: bytes) -> bool:
    """Tell whether one of the roots of the chosen adapter has issued a certificate (DER)."""
    return judging.has_issued(signer().trust(), certificate)


# ---- local -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _LocalHand:
    signer: pades.KeptKeySigner = field(repr=False)
    name: str
    serial: int
    until: datetime
    timestamper: TimeStamper | None = None

    def sign(self, pdf: bytes, *, at: datetime, place: str) -> bytes:
        """Sign in memory, and with a time stamp when an authority is set.

        :raises Conflict: `signing-key-expired`, or `signing-key-withdrawn` when that happened since it was unlocked.
        """
        if authority.revoked_at(self.serial) is not None:
            raise Conflict("signing-key-withdrawn")
        if at > self.until:
            raise Conflict("signing-key-expired")
        try:
            return pades.sign(pdf, self.signer, name=self.name, at=at, place=place, long_term=self._long_term(at))
        except OSError as error:  # the time-stamping authority; everything else happens in memory
            raise Unavailable("plug-failed", port="tsa") from error

    def _long_term(self, at: datetime) -> pades.LongTerm | None:
        if self.timestamper is None:
            return None
        trust = (authority.authority_certificate(), *_timestamp_roots())
        return pades.LongTerm(self.timestamper, trust, (authority.revocation_list(at),))


@plugs.adapter(PORT, "local")
class LocalSigner:
    """Signs with the demonstration authority in `BALAI_HOME/signing`."""

    demonstration = True

    def unlock(self, identity: SignerIdentity, passphrase: str) -> Hand:
        """Open the person's own key."""
        key = authority.unlock(identity.person_id, passphrase)
        return _hand(key, identity.name)

    def seal(self, at: datetime) -> Hand:
        """Open the seal, made on first use."""
        return _hand(authority.seal_key(at), authority.settings_town())

    def trust(self) -> Sequence[x509.Certificate]:
        """Trust our own authority, if there is one yet."""
        try:
            return [authority.authority_certificate(), *_timestamp_roots()]
        except NotFound:
            return []


def _hand(key: authority.SigningKey, name: str) -> Hand:
    until = key.certificate.not_valid_after_utc
    return _LocalHand(pades.KeptKeySigner(key), name, key.certificate.serial_number, until, _timestamper())


def _timestamp_roots() -> list[x509.Certificate]:
    """Trust the roots of the time-stamping authority, whose PEM file the settings name."""
    path = getattr(settings, "BALAI_TSA_ROOTS", "")
    return _certificates(path) if path else []


def _timestamper() -> TimeStamper | None:
    """Ask the time-stamping authority of the settings (B-LT), or none (B-B)."""
    url = getattr(settings, "BALAI_TSA_URL", "")
    if not url:
        return None
    from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper

    return RequestsHTTPTimeStamper(url, timeout=10)  # type: ignore[no-untyped-call]


# ---- bsre ------------------------------------------------------------------------------------------------------------

# Codes and fields of the BSrE client API as generally known; not confirmed by a source, so all of it can be set
# (`BALAI_BSRE`).
_WRONG_PASSPHRASE = "2031"
_UNKNOWN_SIGNER = "1022"


@dataclass(frozen=True, slots=True)
class _RemoteHand:
    nik: str = field(repr=False)
    passphrase: str = field(repr=False)
    access: _Access

    def sign(self, pdf: bytes, *, at: datetime, place: str) -> bytes:
        """Send the PDF and take back the signed one; the service decides its own time."""
        answer = self.access.post(
            "/api/sign/pdf",
            files={"file": ("surat.pdf", pdf, "application/pdf")},
            data={"nik": self.nik, "passphrase": self.passphrase, "tampilan": "invisible", "location": place},
        )
        if not answer.content.startswith(b"%PDF-") or not answer.content.startswith(pdf.rstrip()[:1024]):
            raise Unavailable("plug-failed", port=PORT)
        return answer.content


@dataclass(frozen=True, slots=True)
class _Access:
    url: str
    user: str
    password: str = field(repr=False)
    timeout: float
    wrong_passphrase: str
    unknown_signer: str

    def post(self, path: str, **body: Any) -> httpx.Response:
        try:
            answer = httpx.post(self.url + path, auth=(self.user, self.password), timeout=self.timeout, **body)
        except httpx.HTTPError as error:
            raise Unavailable("plug-failed", port=PORT) from error
        if answer.status_code == 200:
            return answer
        raise self._refusal(answer)

    def _refusal(self, answer: httpx.Response) -> Exception:
        """Tell a wrong passphrase from a broken service; its own words are not passed on, they may repeat data."""
        try:
            code = str(answer.json().get("status_code", ""))
        except (ValueError, AttributeError):
            code = ""
        if code == self.wrong_passphrase:
            return Invalid("wrong-passphrase")
        if code == self.unknown_signer:
            return NotFound("no-signing-key")
        return Unavailable("plug-failed", port=PORT)


@plugs.adapter(PORT, "bsre")
class BsreSigner:
    """Asks a BSrE-style service: basic auth, `POST /api/sign/pdf` with file, nik and passphrase."""

    demonstration = False

    def __init__(self) -> None:
        told = getattr(settings, "BALAI_BSRE", {})
        self._roots: list[str] = list(told.get("roots", []))
        self._access = _Access(
            told.get("url", "").rstrip("/"),
            told.get("user", ""),
            told.get("password", ""),
            float(told.get("timeout", 30)),
            str(told.get("wrong_passphrase", _WRONG_PASSPHRASE)),
            str(told.get("unknown_signer", _UNKNOWN_SIGNER)),
        )

    def unlock(self, identity: SignerIdentity, passphrase: str) -> Hand:
        """Keep nik and passphrase for the batch; the service checks them when it signs."""
        if not identity.nik:
            raise NotFound("no-signing-key")
        return _RemoteHand(identity.nik, passphrase, self._access)

    def seal(self, at: datetime) -> Hand:
        """Refuse: the known API signs for persons only."""
        raise Unavailable("no-seal")

    def trust(self) -> Sequence[x509.Certificate]:
        """Trust the roots whose PEM files the settings name."""
        return [certificate for path in self._roots for certificate in _certificates(path)]


def _certificates(path: str) -> list[x509.Certificate]:
    with open(path, "rb") as file:
        return x509.load_pem_x509_certificates(file.read())


# ---- failing ---------------------------------------------------------------------------------------------------------


@plugs.adapter(PORT, "failing")
class FailingSigner:
    """Refuses everything, so that the failure path can be walked by hand."""

    demonstration = True

    def unlock(self, identity: SignerIdentity, passphrase: str) -> Hand:
        """Refuse."""
        raise Unavailable("plug-failed", port=PORT)

    def seal(self, at: datetime) -> Hand:
        """Refuse."""
        raise Unavailable("plug-failed", port=PORT)

    def trust(self) -> Sequence[x509.Certificate]:
        """Trust nobody."""
        return []
