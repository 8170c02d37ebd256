"""Judging a letter without a network, a database or a home: what a bank needs is the file, its proof, and keys it had before.

Three things are judged, each for itself: the **signature** and what of the file it covers; the **inclusion**, that the letter's entry
is in the hall's public log and who has seen it there; and the **revocation**, as of the newest statement at hand. A statement is a
note signed with the log's key, bound to one checkpoint: of one letter (it travels with the proof) or of all that no longer hold.
No Django below here, so that the check starts quickly and works anywhere.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from balai.base import later
from balai.base.tlog import bundle as proofs
from balai.base.tlog import merkle, notes

if TYPE_CHECKING:
    from balai.casework.issuing import judging
else:
    judging = later.module("balai.casework.issuing.judging")

PROOF, REVOCATION, STATEMENT = "surat.tlog-proof", "pencabutan.tlog-proof", "keadaan.note"
SAMPLE_UNIT = (
    "Sertifikat peragaan, tanpa akibat hukum"  # how certificates of the demonstration authority name themselves
)
MOST = 20_000_000  # bytes of a letter
MOST_PROOF = 5_000_000
_MOST_ENDS = 32  # revisions of a file that are looked at from its beginning
_END, _NEWLINE = b"%%EOF", b"\n"
_TAILS = (b"", b"\n", b"\r\n", b"\r")


class Unusable(Exception):
    """What was handed over cannot be used at all; the words say which and why."""


# ---- what a file was -------------------------------------------------------------------------------------------------


def list_ends(pdf: bytes) -> dict[str, int]:
    """List what the file may have been when it was signed: SHA-256 (hex) of its beginnings, each with its size in bytes.

    Nothing is parsed. The whole file comes first; a newline lost behind the end counts as there.
    """
    found = {hashlib.sha256(pdf).hexdigest(): len(pdf)}
    seen, at, whole = hashlib.sha256(), 0, pdf + _NEWLINE
    for _ in range(_MOST_ENDS):
        mark = pdf.find(_END, at)
        if mark < 0:
            break
        end = mark + len(_END)
        seen.update(whole[at:end])
        for tail in _TAILS:
            if whole.startswith(tail, end):
                begun = seen.copy()
                begun.update(tail)
                found.setdefault(begun.hexdigest(), end + len(tail))
        at = end
    return found


def beginning(pdf: bytes, size: int) -> bytes:
    """Give so many bytes from the beginning, with the newline that was lost behind the end where they ask for it."""
    return (pdf + _NEWLINE)[:size]


# ---- whom to trust ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trust:
    """The keys that whoever checks has from before: authorities of signatures, keys of the log, witnesses."""

    certificates: tuple[x509.Certificate, ...] = ()
    log: tuple[notes.Verifier, ...] = ()
    witnesses: tuple[notes.Verifier, ...] = ()

    def __str__(self) -> str:
        told = {
            "certificates": [one.public_bytes(serialization.Encoding.PEM).decode() for one in self.certificates],
            "log": [one.line for one in self.log],
            "witnesses": [one.line for one in self.witnesses],
        }
        return json.dumps(told, indent=1) + "\n"

    @classmethod
    def read(cls, content: bytes) -> Trust:
        """Read the hall's trust file (JSON), or certificates alone (PEM). :raises Unusable:"""
        try:
            if content.lstrip().startswith(b"-----BEGIN"):
                return cls(tuple(x509.load_pem_x509_certificates(content)))
            told = json.loads(content)
            pem = "\n".join(map(str, told.get("certificates", ()))).encode()
            return cls(
                tuple(x509.load_pem_x509_certificates(pem)) if pem else (),
                tuple(map(notes.Verifier.read, told.get("log", ()))),
                tuple(map(notes.Verifier.read, told.get("witnesses", ()))),
            )
        except (ValueError, TypeError, AttributeError) as fault:
            raise Unusable(f"the trust file cannot be read: {fault}") from None

    @property
    def fingerprints(self) -> list[str]:
        """Tell what people compare by a second way: the SHA-256 of each certificate, the line of each key."""
        certificates = [one.fingerprint(_sha256()).hex(":") for one in self.certificates]
        return [*certificates, *(key.line for key in (*self.log, *self.witnesses))]


def _sha256() -> Any:
    from cryptography.hazmat.primitives import hashes

    return hashes.SHA256()


# ---- statements about revocation -------------------------------------------------------------------------------------


def name_of(sha256: str) -> str:
    """Name a letter in a statement by its file's SHA-256 (hex): found by whoever has the file, saying nothing to others."""
    return hashlib.sha256(b"balai.letter/1 " + sha256.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Statement:
    """What the hall says of letters as of one moment and checkpoint; `whole` when a letter not named in it was not revoked."""

    checkpoint: notes.Checkpoint
    at: datetime
    whole: bool
    states: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    # by name: valid, revoked or replaced; and seconds since 1970: until when it is valid, or since when no longer (0: not said)

    @property
    def text(self) -> str:
        """Write the text that is signed."""
        lines = [f"{name} {state} {seconds}" for name, (state, seconds) in sorted(self.states.items())]
        head = [
            f"{self.checkpoint.origin}/letters",
            str(self.checkpoint.size),
            notes.encode(self.checkpoint.root),
            str(int(self.at.timestamp())),
            "all" if self.whole else "one",
        ]
        return "\n".join([*head, *lines]) + "\n"

    @classmethod
    def read(cls, content: str | bytes, log: Sequence[notes.Verifier]) -> Statement:
        """Read a statement that one of the log's keys has signed. :raises Unsigned: for anything else."""
        note = notes.SignedNote.read(content)
        signed = [key for key, _ in note.signed_by(log)]
        lines = note.text.rstrip("\n").split("\n")
        try:
            origin, size, root, seconds, scope, *told = lines
            name, _, kind = origin.rpartition("/")
            if kind != "letters" or scope not in ("all", "one"):
                raise ValueError
            states = {name_: (state, int(since)) for name_, state, since in (line.split(" ") for line in told)}
            made = cls(
                notes.Checkpoint(name, int(size), notes.decode(root)),
                datetime.fromtimestamp(int(seconds), UTC),
                scope == "all",
                states,
            )
        except (ValueError, OverflowError, OSError):
            raise notes.Unsigned("the note is no statement about letters") from None
        if not any(key.name == made.checkpoint.origin for key in signed):
            raise notes.Unsigned("no known key of the log has signed this statement: an old key, or another log")
        return made

    def state_of(self, sha256: str) -> tuple[str, int] | None:
        """Tell what it says of one letter; None when it says nothing."""
        return self.states.get(name_of(sha256), ("valid", 0) if self.whole else None)


# ---- what is handed over ---------------------------------------------------------------------------------------------


def pack(files: Mapping[str, str]) -> bytes:
    """Pack proof, statement and words into the one file that is delivered beside a letter; the same files give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
    return made.getvalue()


def unpack(content: bytes) -> list[str]:
    """Give the proofs and notes in a file that was handed over: a packed one, or one alone. :raises Unusable:"""
    if len(content) > MOST_PROOF:
        raise Unusable("the proof is larger than any proof is")
    if not content.startswith(b"PK"):
        return [_text(content)]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            wanted = [
                one for one in archive.infolist() if one.filename.endswith((".tlog-proof", ".note", "checkpoint"))
            ]
            if sum(one.file_size for one in wanted) > MOST_PROOF or len(wanted) > 20:
                raise Unusable("the proof unpacks to more than any proof does")
            return [_text(_read_from(archive, one)) for one in wanted]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as fault:
        raise Unusable(f"the proof cannot be unpacked: {fault}") from None


def _read_from(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes:
    with archive.open(one) as file:
        return file.read(MOST_PROOF)


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Unusable("the proof is no text") from None


# ---- judging ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """A letter's entry in the journal, as a proof opens it."""

    letter: str
    action: str  # sign, seal, revoke; enter, enter-revoked: the signature, the revocation is older than the log
    at: datetime
    sha256: str  # of the signed file, hex; empty for a revocation
    replaced: bool = False
    signed_at: datetime | None = None  # by the word of the house, where it was entered later
    revoked_at: datetime | None = None  # likewise

    @classmethod
    def of(cls, opening: proofs.Opening) -> ProvenEntry:
        """Read an entry by the format of its line. :raises Unsigned: when it is not about a letter."""
        told = opening.fields
        at = 6 if len(told) == 10 else 4  # format 2, and 1 before it
        stream, action, body = (str(told[0]), told[at], told[at + 1]) if len(told) in (7, 10) else ("", "", {})
        if (
            not stream.startswith("letter:")
            or action not in ("sign", "seal", "revoke", "enter", "enter-revoked")
            or not isinstance(body, dict)
        ):
            raise notes.Unsigned("the proof opens an entry that is not about a letter being signed or revoked")
        return cls(
            stream.removeprefix("letter:"),
            action,
            datetime.fromisoformat(str(told[2])),
            str(body.get("sha256", "")),
            "replaced_by" in body,
            datetime.fromisoformat(str(body["signed_at"])) if action == "enter" else None,
            datetime.fromisoformat(str(body["revoked_at"])) if action == "enter-revoked" else None,
        )


@dataclass(slots=True)
class OfflineReport:
    """What was found, each thing for itself, and the one verdict; `words` gives it to machines."""

    verdict: str = "unknown"
    sha256: str = ""
    size: int = 0
    signature: dict[str, Any] = field(default_factory=dict)
    revision: dict[str, Any] = field(default_factory=dict)
    inclusion: dict[str, Any] = field(default_factory=lambda: {"state": "not-given"})
    witnesses: list[dict[str, Any]] = field(default_factory=list)
    revocation: dict[str, Any] = field(default_factory=lambda: {"state": "not-known", "as_of": None})
    faults: list[str] = field(default_factory=list)

    @property
    def genuine(self) -> bool:
        """Tell whether one may rely on the file."""
        return self.verdict == "identical"

    @property
    def complete(self) -> bool:
        """Tell whether nothing was left unjudged: in the log, and known not to be revoked as of some moment."""
        return bool(self.inclusion["state"] == "proven" and self.revocation["state"] != "not-known")

    def as_json(self) -> dict[str, Any]:
        """Give it to machines."""
        return {
            "verdict": self.verdict, "genuine": self.genuine, "complete": self.complete, "sha256": self.sha256, "size": self.size,
            "signature": self.signature, "revision": self.revision, "inclusion": self.inclusion, "witnesses": self.witnesses,
            "revocation": self.revocation, "faults": self.faults,
        }  # fmt: skip


def judge(pdf: bytes, handed: Iterable[str], trust: Trust, *, now: datetime, least: int = 0) -> OfflineReport:
    """Judge a letter's file by what was handed over with it and by keys that were known before; `least` witnesses must have seen it.

    :raises Unusable: when what was handed over is neither proof nor note, or no key is known to judge it by.
    """
    if not trust.certificates:
        raise Unusable("no authority's certificate is known: give the hall's trust file")
    report = OfflineReport(sha256=hashlib.sha256(pdf).hexdigest(), size=len(pdf))
    opened, statements, newest = _open_all(handed, trust, report, least)
    ends = list_ends(pdf)
    signed = max((entry for entry in opened if entry.sha256), key=lambda entry: entry.sha256 in ends, default=None)
    at = (signed.signed_at or signed.at) if signed is not None and signed.sha256 in ends else None
    _judge_signature(pdf, trust, report, at or now, given=at is not None)
    _judge_revision(pdf, ends, signed, report)
    of = report.revision["signed_sha256"] or next(
        (sha256 for one in statements for sha256 in ends if name_of(sha256) in one.states), report.sha256
    )
    _judge_revocation(of, signed, opened, statements, newest, report)
    report.verdict = _verdict(report, now)
    return report


def _open_all(
    handed: Iterable[str], trust: Trust, report: OfflineReport, least: int
) -> tuple[list[ProvenEntry], list[Statement], notes.Checkpoint | None]:
    """Open every proof, statement and checkpoint; what does not hold is a fault that spoils the verdict."""
    opened: list[ProvenEntry] = []
    statements: list[Statement] = []
    checkpoints: list[notes.Checkpoint] = []
    for text in handed:
        if not trust.log:
            raise Unusable("no key of the log is known: give the hall's trust file")
        try:
            if text.startswith("c2sp.org/tlog-proof"):
                opened.append(_open_proof(text, trust, report, checkpoints, least))
            elif text.split("\n", 1)[0].endswith("/letters"):
                statements.append(Statement.read(text, trust.log))
            else:
                checkpoints.append(notes.open_checkpoint(text, trust.log, trust.witnesses)[0])
        except (notes.Unsigned, merkle.NotProven, ValueError, IndexError, TypeError) as fault:
            report.faults.append(str(fault) or type(fault).__name__)
            if text.startswith("c2sp.org/tlog-proof") and report.inclusion["state"] != "proven":
                report.inclusion = {"state": "failed", "problem": str(fault)}
    checkpoints += [one.checkpoint for one in statements]
    roots = {(one.origin, one.size): one.root for one in checkpoints}
    if any(roots[one.origin, one.size] != one.root for one in checkpoints):
        report.faults.append("the log was forked: two of its checkpoints of one size differ; keep both as evidence")
    return opened, statements, max(checkpoints, key=lambda one: one.size, default=None)


def _open_proof(
    text: str, trust: Trust, report: OfflineReport, checkpoints: list[notes.Checkpoint], least: int
) -> ProvenEntry:
    proof = proofs.Bundle.read(text)
    opening, verdict = proof.judge_entry(trust.log, trust.witnesses, least=least)
    entry = ProvenEntry.of(opening)
    checkpoints.append(notes.open_checkpoint(proof.checkpoint, trust.log)[0])
    if entry.sha256:
        report.inclusion = {
            "state": "proven", "origin": verdict.origin, "index": verdict.index, "size": verdict.size,
            "since": entry.at.astimezone(UTC).isoformat(timespec="seconds"), "letter": entry.letter,
            **({"entered_later": True, "signed_at": _iso(entry.signed_at)} if entry.signed_at else {}),
        }  # fmt: skip
        report.witnesses = [
            {"name": one.name, "at": datetime.fromtimestamp(one.seconds, UTC).isoformat()} for one in verdict.witnessed
        ]
    return entry


def _judge_signature(pdf: bytes, trust: Trust, report: OfflineReport, at: datetime, *, given: bool) -> None:
    """Judge the signatures as of the entry's time in the log; without a proof as of the time they claim themselves."""
    found = judging.verify(pdf, trust=trust.certificates, at=at, as_claimed=not given)
    report.signature = {
        "valid": found.valid, "problem": found.problem, "issued": found.issued, "sample": any(one.unit == SAMPLE_UNIT for one in found.signatures),
        "signatures": [
            {
                "signer": one.signer, "serial": f"{one.serial:x}", "valid": one.valid, "trusted": one.trusted,
                "signed_at": one.signed_at.astimezone(UTC).isoformat() if one.signed_at else None,
                "covers_all": one.covers_all, "timestamped": one.timestamped, "problem": one.problem,
            }
            for one in found.signatures
        ],
    }  # fmt: skip


def _judge_revision(pdf: bytes, ends: Mapping[str, int], signed: ProvenEntry | None, report: OfflineReport) -> None:
    """Tell what of the file was signed: by the log's digest where there is a proof, else by what the signature covers."""
    if signed is not None and signed.sha256 in ends:
        size = ends[signed.sha256]
        identical = signed.sha256 == report.sha256
        report.revision = {
            "identical": identical, "signed_sha256": signed.sha256, "signed_bytes": size, "later_bytes": len(pdf) - size,
        }  # fmt: skip
        return
    identical = bool(report.signature["valid"])
    report.revision = {
        "identical": identical,
        "signed_sha256": report.sha256 if identical else None,
        "signed_bytes": None,
    }
    if signed is not None:
        report.inclusion = {"state": "failed", "problem": "the proof is of another file"}
        report.witnesses = []


def _judge_revocation(
    sha256: str,
    signed: ProvenEntry | None,
    opened: Sequence[ProvenEntry],
    statements: Sequence[Statement],
    newest: notes.Checkpoint | None,
    report: OfflineReport,
) -> None:
    for entry in opened:
        if entry.action in ("revoke", "enter-revoked") and signed is not None and entry.letter == signed.letter:
            state = "replaced" if entry.replaced else "revoked"
            at = entry.revoked_at or entry.at
            report.revocation = {"state": state, "since": _iso(at), "as_of": _iso(entry.at), "from": "log"}
            if entry.revoked_at:
                report.revocation["entered_later"] = True
            return
    told = [(one, what) for one in statements if (what := one.state_of(sha256)) is not None]
    if told:
        statement, (state, since) = max(told, key=lambda pair: (pair[0].checkpoint.size, pair[0].at))
        gone = next(((one, what) for one, what in told if what[0] != "valid"), None)
        if gone is not None:
            statement, (state, since) = gone  # what was revoked once does not come back
        report.revocation = {
            "state": state, "as_of": _iso(statement.at), "log_size": statement.checkpoint.size, "from": "statement",
        }  # fmt: skip
        if since:
            word = "valid_until" if state == "valid" else "since"
            report.revocation[word] = _iso(datetime.fromtimestamp(since, UTC))
    if newest is not None:
        report.revocation["newest_log_size"] = newest.size


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _verdict(report: OfflineReport, now: datetime) -> str:
    """Give the one verdict, by the words of `rules.VERDICTS`; a proof that does not hold makes nothing genuine."""
    problem = report.signature["problem"]
    if report.revocation["state"] in ("revoked", "replaced"):
        return str(report.revocation["state"])
    ours = report.inclusion["state"] == "proven" and report.revision.get("signed_sha256")
    if not report.revision["identical"]:
        return "changed" if ours or report.signature["issued"] else "unknown"
    if problem in ("unreadable", "unsigned", "untrusted"):
        return "unknown"
    if problem or report.faults or report.inclusion["state"] == "failed":
        return "distrusted"
    if report.signature["sample"]:
        return "sample"
    until = report.revocation.get("valid_until")
    return "expired" if until and datetime.fromisoformat(until) <= now else "identical"
