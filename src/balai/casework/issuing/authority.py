"""The demonstration authority: a certificate authority of our own, one key per signer, one seal for the office.

It lies in `BALAI_HOME/signing`. Its signatures are electronic signatures that are *not certified* in the sense of PP
71/2019: they prove who signed and that nothing changed, but stand on no national authority; so every letter signed with
them bears CONTOH. A person's key opens with their passphrase alone (scrypt, then PKCS#8), which is nowhere stored; the
authority's and the seal's keys open with keys derived from the town's.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings

from balai.base import crypto
from balai.base.errors import Conflict, Invalid, NotFound
from balai.casework.issuing import offline

# OWASP's second scrypt profile: 32 MB and a quarter of a second for each guess.
SCRYPT = {"n": 2**15, "r": 8, "p": 3}
MIN_PASSPHRASE = 12
_AUTHORITY_LIFE = timedelta(days=3650)
_SIGNER_LIFE = timedelta(days=730)
_RENEWAL = timedelta(days=30)
_BACK = timedelta(days=1)  # so that a machine whose clock runs a little behind does not refuse the first letter


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key in memory with its certificate and the certificates above it; never written, printed or pickled."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    def __reduce__(self) -> str:
        raise TypeError("a key does not leave the process")


def enroll(person_id: UUID, *, name: str, organisation: str, passphrase: str, now: datetime) -> x509.Certificate:
    """Make a key and a certificate for one signer, under a passphrase that only they know.

    :raises Conflict: `signing-key-exists`; :raises Invalid: `weak-passphrase`.
    """
    _require_strong(passphrase)
    path = _person_path(person_id)
    if is_enrolled(person_id):
        raise Conflict("signing-key-exists")
    put_away(person_id)
    private = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name, organisation, serial=str(person_id))
    certificate = _issue(subject, private.public_key(), now)
    if not _write_once(path, _locked_with_passphrase(private, certificate, passphrase)):
        raise Conflict("signing-key-exists")
    return certificate


def is_enrolled(person_id: UUID) -> bool:
    """Tell whether a person has a signing key that was not withdrawn."""
    kept = _kept(person_id)
    return kept is not None and revoked_at(_certificate_of(kept).serial_number) is None


def unlock(person_id: UUID, passphrase: str) -> SigningKey:
    """Open a signer's key. :raises NotFound: `no-signing-key`; :raises Invalid: `wrong-passphrase`."""
    kept = _kept(person_id)
    if kept is None or revoked_at(_certificate_of(kept).serial_number) is not None:
        raise NotFound("no-signing-key")
    secret = _stretch(passphrase, bytes.fromhex(kept["salt"]), kept["scrypt"])
    try:
        return _key_of(kept, secret, above=(authority_certificate(),))
    except ValueError as error:
        raise Invalid("wrong-passphrase") from error


def change_passphrase(person_id: UUID, *, old: str, new: str) -> None:
    """Lock a signer's key under another passphrase. :raises Invalid: `wrong-passphrase`, `weak-passphrase`."""
    _require_strong(new)
    key = unlock(person_id, old)
    _replace(_person_path(person_id), _locked_with_passphrase(key.private, key.certificate, new))


def revoke(person_id: UUID, *, reason: str, now: datetime) -> int:
    """Revoke a signer's certificate from now on; from here on the key opens no more. Gives the certificate's serial.

    What was signed before stays valid. Once more, before the key was put away, changes nothing: the first word counts.
    :raises NotFound: `no-signing-key`.
    """
    kept = _kept(person_id)
    if kept is None:
        raise NotFound("no-signing-key")
    serial = _certificate_of(kept).serial_number
    entry = {"serial": str(serial), "at": now.astimezone(UTC).isoformat(), "reason": reason}
    _write_once(_revoked_path(serial), entry)
    return serial


def put_away(person_id: UUID) -> None:
    """Put a revoked key away, if there is one, so that a new one can be made."""
    kept, path = _kept(person_id), _person_path(person_id)
    if kept is not None and revoked_at(serial := _certificate_of(kept).serial_number) is not None:
        path.replace(path.with_name(f"{serial:x}.withdrawn"))


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One signing key that was made here: whose, how long its certificate holds, and whether it was withdrawn."""

    person_id: UUID
    serial: int
    made_at: datetime
    valid_until: datetime
    withdrawn_at: datetime | None = None
    withdrawn_reason: str = ""


def list_enrolled(person_id: UUID | None = None) -> list[Enrolled]:
    """List every signing key that was made here, or those of one person, withdrawn ones too, the newest first."""
    folder = _folder() / "persons"
    files = [*folder.glob("*.json"), *folder.glob("*.withdrawn")]
    found = [_enrolled(_certificate_of(json.loads(path.read_bytes()))) for path in files]
    mine = [one for one in found if person_id in (None, one.person_id)]
    return sorted(mine, key=lambda one: (one.made_at, one.serial), reverse=True)


def _enrolled(certificate: x509.Certificate) -> Enrolled:
    whose = certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)[0].value
    path = _revoked_path(certificate.serial_number)
    entry = json.loads(path.read_bytes()) if path.exists() else None
    return Enrolled(
        UUID(str(whose)), certificate.serial_number, certificate.not_valid_before_utc + _BACK, certificate.not_valid_after_utc,
        datetime.fromisoformat(entry["at"]) if entry else None, entry["reason"] if entry else "",
    )  # fmt: skip


def revoked_at(serial: int) -> datetime | None:
    """Tell since when a certificate of ours is revoked, if it is."""
    path = _revoked_path(serial)
    return datetime.fromisoformat(json.loads(path.read_bytes())["at"]) if path.exists() else None


def revocation_list(now: datetime) -> x509.CertificateRevocationList:
    """Sign the list of revoked certificates as of now; a long-term signature carries it inside."""
    authority = _authority(now)
    at = now.astimezone(UTC)
    made = x509.CertificateRevocationListBuilder().issuer_name(authority.certificate.subject)
    made = made.last_update(at - timedelta(hours=1)).next_update(at + timedelta(days=7))
    for path in sorted((_folder() / "revoked").glob("*.json")):
        kept = json.loads(path.read_bytes())
        entry = x509.RevokedCertificateBuilder().serial_number(int(kept["serial"]))
        made = made.add_revoked_certificate(entry.revocation_date(datetime.fromisoformat(kept["at"])).build())
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.private.public_key())
    return made.add_extension(above, critical=False).sign(authority.private, hashes.SHA384())


def seal_key(now: datetime) -> SigningKey:
    """Open the office's seal, making a new one when there is none or the old one is about to run out."""
    path = _folder() / "seal.json"
    if path.exists() and _certificate_of(json.loads(path.read_bytes())).not_valid_after_utc < now + _RENEWAL:
        path.replace(path.with_name(f"seal.{now:%Y%m%d}.old"))
    if not path.exists():
        private = ec.generate_private_key(ec.SECP256R1())
        certificate = _issue(_name("Segel elektronik peragaan", settings_town()), private.public_key(), now)
        _write_once(path, _locked(private, certificate, _derived("seal")))
    return _key_of(json.loads(path.read_bytes()), _derived("seal"), above=(authority_certificate(),))


def authority_certificate(now: datetime | None = None) -> x509.Certificate:
    """Give the authority's certificate, which is what trust in these signatures rests on.

    :raises NotFound: `no-signing-key` when nothing was ever signed or enrolled here.
    """
    path = _folder() / "authority.json"
    if path.exists():
        return _certificate_of(json.loads(path.read_bytes()))
    if now is None:
        raise NotFound("no-signing-key")
    return _authority(now).certificate


def settings_town() -> str:
    """Name the town on certificates."""
    return f"Balai {settings.BALAI_TOWN}"


# ---- certificates ----------------------------------------------------------------------------------------------------


def _authority(now: datetime) -> SigningKey:
    path = _folder() / "authority.json"
    if not path.exists():
        private = ec.generate_private_key(ec.SECP384R1())
        name = _name("Otoritas sertifikat peragaan", settings_town())
        certificate = (
            _builder(name, name, private.public_key(), private.public_key(), now, _AUTHORITY_LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
            .sign(private, hashes.SHA384())
        )
        _write_once(path, _locked(private, certificate, _derived("authority")))
    return _key_of(json.loads(path.read_bytes()), _derived("authority"), above=())


def _issue(subject: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime) -> x509.Certificate:
    authority = _authority(now)
    above = authority.certificate
    return (
        _builder(subject, above.subject, public, authority.private.public_key(), now, _SIGNER_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        # Non-repudiation is what a validator looks for under a signature that commits its maker.
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .sign(authority.private, hashes.SHA384())
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    above: ec.EllipticCurvePublicKey,
    now: datetime,
    life: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - _BACK)
        .not_valid_after(now.astimezone(UTC) + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above), critical=False)
    )


def _usage(**wanted: bool) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: wanted.get(name, False) for name in names})


def _name(common: str, organisation: str, *, serial: str = "") -> x509.Name:
    parts = [
        (NameOID.COUNTRY_NAME, "ID"),
        (NameOID.ORGANIZATION_NAME, organisation[:64]),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, offline.SAMPLE_UNIT),
        (NameOID.COMMON_NAME, common[:64]),
    ]
    if serial:
        parts.append((NameOID.SERIAL_NUMBER, serial))
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


# ---- files -----------------------------------------------------------------------------------------------------------


def _folder() -> Path:
    return Path(settings.BALAI_HOME) / "signing"


def _person_path(person_id: UUID) -> Path:
    return _folder() / "persons" / f"{person_id}.json"


def _revoked_path(serial: int) -> Path:
    return _folder() / "revoked" / f"{serial:x}.json"


def _kept(person_id: UUID) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(_person_path(person_id).read_bytes())
    except FileNotFoundError:
        return None
    return found


def _derived(purpose: str) -> bytes:
    return crypto.derive(f"signing-{purpose}").hex().encode()


def _require_strong(passphrase: str) -> None:
    if len(passphrase) < MIN_PASSPHRASE or len(set(passphrase)) < 5:
        raise Invalid("weak-passphrase", length=MIN_PASSPHRASE)


def _stretch(passphrase: str, salt: bytes, cost: dict[str, int]) -> bytes:
    return Scrypt(salt=salt, length=32, **cost).derive(passphrase.encode()).hex().encode()


def _locked_with_passphrase(
    private: ec.EllipticCurvePrivateKey, certificate: x509.Certificate, passphrase: str
) -> dict[str, Any]:
    salt = os.urandom(16)
    kept = _locked(private, certificate, _stretch(passphrase, salt, SCRYPT))
    return {**kept, "salt": salt.hex(), "scrypt": SCRYPT}


def _locked(private: ec.EllipticCurvePrivateKey, certificate: x509.Certificate, secret: bytes) -> dict[str, Any]:
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(secret)
    )
    return {"certificate": certificate.public_bytes(serialization.Encoding.PEM).decode(), "key": pem.decode()}


def _certificate_of(kept: dict[str, Any]) -> x509.Certificate:
    return x509.load_pem_x509_certificate(kept["certificate"].encode())


def _key_of(kept: dict[str, Any], secret: bytes, *, above: tuple[x509.Certificate, ...]) -> SigningKey:
    private = serialization.load_pem_private_key(kept["key"].encode(), secret)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return SigningKey(private, _certificate_of(kept), above)


def _write_once(path: Path, content: dict[str, Any]) -> bool:
    """Write a file whole or not at all, and never over another; tell whether it was ours."""

    def link(temporary: Path) -> bool:
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        return True

    return _write(path, content, link)


def _replace(path: Path, content: dict[str, Any]) -> None:
    """Put a file in the place of another, whole or not at all."""

    def replace(temporary: Path) -> bool:
        temporary.replace(path)
        return True

    _write(path, content, replace)


def _write(path: Path, content: dict[str, Any], place: Callable[[Path], bool]) -> bool:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    try:
        return place(temporary)
    finally:
        temporary.unlink(missing_ok=True)
