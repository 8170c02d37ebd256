"""PAdES: put a signature into a PDF without breaking its archive and accessibility marks, and judge signatures in PDFs.

The field is invisible: the letterhead draws who signed, because a stamp of the signing library would bring a font that
is not embedded.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms
from asn1crypto import crl as asn1_crl
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner, PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from balai.casework.issuing import authority, judging
from balai.casework.issuing.judging import SignatureFacts, Verification, as_asn1

__all__ = ["KeptKeySigner", "LongTerm", "SignatureFacts", "Verification", "as_asn1", "sign", "verify"]

MAX_PDF_BYTES = 20_000_000
_FIELD = "Signature"
_DIGEST = "sha256"
_ECDSA_P256_MAX = 72  # bytes of a DER-encoded ECDSA signature over P-256
_CMS_OVERHEAD = 2048  # signed attributes and framing, measured at 900 bytes
_TIMESTAMP_ROOM = 12_000


class KeptKeySigner(Signer):
    """A signer with its key in memory and the fixed parts of its signatures written once.

    pyHanko's own parses the key again for every signature, and most of what is left is spent on encoding the same
    certificates and attributes again (measured: 150 ms, then 45 ms, now 15 ms a letter). Only the digest and the
    signature differ.
    """

    def __init__(self, key: authority.SigningKey) -> None:
        self._private = key.private
        self._parts: _Parts | None = None
        certificates = [as_asn1(certificate) for certificate in (key.certificate, *key.chain)]
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        registry.register_multiple(certificates)
        self.size = sum(len(certificate.dump()) for certificate in certificates) + _CMS_OVERHEAD
        super().__init__(signing_cert=certificates[0], cert_registry=registry, embed_roots=False)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """Sign, or when only the size is asked for give as many zeros."""
        if dry_run:
            return bytes(_ECDSA_P256_MAX)
        assert digest_algorithm == _DIGEST
        return self._private.sign(data, ec.ECDSA(hashes.SHA256()))

    async def async_sign(  # type: ignore[override]  # pyHanko names every argument it passes on
        self, data_digest: bytes, digest_algorithm: str, **named: Any
    ) -> cms.ContentInfo:
        """Sign as pyHanko does the first time, then with the parts it wrote; with time stamps always its way."""
        if named.get("timestamper") is not None or named.get("dry_run"):
            return await super().async_sign(data_digest, digest_algorithm, **named)
        if self._parts is None:
            first = await super().async_sign(data_digest, digest_algorithm, **named)
            self._parts = _Parts.of(first, data_digest)
            return first
        attributes = self._parts.attributes(data_digest)
        signature = await self.async_sign_raw(_der(0x31, attributes), digest_algorithm)
        return cms.ContentInfo.load(self._parts.join(attributes, signature))


@dataclass(frozen=True, slots=True)
class _Parts:
    """The DER of one signature, cut where the next one differs: at the digest and at the signature itself."""

    begin: bytes  # version, digest algorithms, content info, certificates
    signer: bytes  # version, issuer and serial number, digest algorithm
    before: bytes  # signed attributes up to the digest, and after it
    after: bytes
    algorithm: bytes

    @classmethod
    def of(cls, made: cms.ContentInfo, digest: bytes) -> "_Parts":
        """Cut a finished signature."""
        data = made["content"]
        (info,) = data["signer_infos"]
        names = ("version", "digest_algorithms", "encap_content_info", "certificates")
        before, found, after = info["signed_attrs"].contents.partition(digest)
        assert found and digest not in after, "the digest stands exactly once among the signed attributes"
        return cls(
            begin=b"".join(data[name].dump() for name in names),
            signer=b"".join(info[name].dump() for name in ("version", "sid", "digest_algorithm")),
            before=before,
            after=after,
            algorithm=info["signature_algorithm"].dump(),
        )

    def attributes(self, digest: bytes) -> bytes:
        """Write the signed attributes for another document; their order in DER does not depend on the digest."""
        return self.before + digest + self.after

    def join(self, attributes: bytes, signature: bytes) -> bytes:
        """Put a whole signature together again (RFC 5652, sections 3, 5.1 and 5.3)."""
        info = _der(0x30, self.signer + _der(0xA0, attributes) + self.algorithm + _der(0x04, signature))
        data = _der(0x30, self.begin + _der(0x31, info))
        return _der(0x30, _SIGNED_DATA + _der(0xA0, data))


_SIGNED_DATA = cms.ContentType("signed_data").dump()


def _der(tag: int, content: bytes) -> bytes:
    """Write one DER element."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


class _Appender(IncrementalPdfFileWriter):
    """A writer that leaves the letter's metadata alone, where pyHanko would put the machine's clock."""

    def _update_meta(self) -> None:
        """Change nothing."""


class _Timed(PdfSigner):
    """A signer that writes the time it is told, because nothing below a door reads the clock."""

    def __init__(self, at: datetime, *args: Any, **named: Any) -> None:
        self._at = at
        super().__init__(*args, **named)

    def init_signing_session(self, pdf_out: Any, existing_fields_only: bool = False) -> PdfSigningSession:
        """Begin a session at the time we were told."""
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session

    def register_extensions(self, pdf_out: Any, *, md_algorithm: str) -> None:
        """Declare PAdES only: for an elliptic curve pyHanko would raise the file to PDF 2.0, which PDF/A-3 is not."""
        pdf_out.register_extension(ESIC_EXTENSION_1)


@dataclass(frozen=True, slots=True)
class LongTerm:
    """What lifts a signature to B-LT: a time stamp, and all that validating it will need, embedded."""

    timestamper: TimeStamper
    trust: tuple[x509.Certificate, ...]
    revocations: tuple[x509.CertificateRevocationList, ...]

    def context(self, at: datetime) -> ValidationContext:
        """Make the context that the embedded evidence is gathered in; what is missing is fetched from its authority."""
        lists = [
            asn1_crl.CertificateList.load(each.public_bytes(serialization.Encoding.DER)) for each in self.revocations
        ]
        roots = [as_asn1(root) for root in self.trust]
        return ValidationContext(trust_roots=roots, crls=lists, allow_fetching=True, moment=at)


def sign(
    pdf: bytes, signer: KeptKeySigner, *, name: str, at: datetime, place: str, long_term: LongTerm | None = None
) -> bytes:
    """Append an invisible PAdES signature: B-B, or B-LT when a time-stamping authority is at hand; `at` is aware."""
    timestamper = long_term.timestamper if long_term else None
    writer = _Appender(io.BytesIO(pdf))
    before = len(writer.prev.embedded_regular_signatures)
    name_of_field = f"{_FIELD}{before + 1}" if before else _FIELD  # a further signer signs over what is signed already
    metadata = PdfSignatureMetadata(
        field_name=name_of_field,
        md_algorithm=_DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        name=name,
        location=place or None,
        embed_validation_info=long_term is not None,
        validation_context=long_term.context(at) if long_term else None,
    )
    # Zero size, hidden and printable: what PDF/A and PDF/UA ask of a field that shows nothing.
    field = SigFieldSpec(name_of_field, invis_sig_settings=InvisSigSettings(), readable_field_name=name)
    room = 2 * (signer.size + (_TIMESTAMP_ROOM if timestamper else 0))
    made = _Timed(at, metadata, signer, timestamper=timestamper, new_field_spec=field)
    out = made.sign_pdf(writer, bytes_reserved=room)
    return bytes(out.getbuffer())


def verify(pdf: bytes, *, trust: Sequence[x509.Certificate], at: datetime) -> Verification:
    """Judge every signature of a PDF against the given roots and our own list of withdrawn keys, as of `at`."""
    return judging.verify(pdf, trust=trust, at=at, revoked_at=authority.revoked_at)
