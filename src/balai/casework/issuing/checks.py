"""What is looked at in issuing: what letters are signed with, and the numbers that were voided."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from balai.base.checks import Finding, Line, State, looks, needs
from balai.casework.issuing import queries

GAPS = timedelta(days=30)  # how long a voided number is shown


@looks(80)
def signing(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at what letters are signed with."""
    from balai.base.errors import BalaiError
    from balai.casework.issuing import authority
    from balai.casework.issuing.signing import signer

    if signer().demonstration:
        yield Finding(
            "signing",
            "note",
            "letters are signed with the demonstration authority and bear CONTOH. Set BALAI_SIGNER for real ones.",
        )
        try:
            certificate = authority.authority_certificate()
        except BalaiError:
            yield Finding(
                "signing", "note", "nobody has a signing key yet. Signers make theirs under Meja, Tanda tangan, Kunci."
            )
            return
        left = certificate.not_valid_after_utc - now
        state: State = "bad" if left < timedelta(0) else "note" if left < timedelta(days=90) else "good"
        yield Finding(
            "signing", state, f"the authority's certificate is valid until {certificate.not_valid_after_utc:%Y-%m-%d}."
        )


@needs("issuing.voided", calm=True)
def voided(now: datetime, lang: str) -> list[Line]:
    """Tell of numbers that were given and never used: nothing to do, but a gap somebody will ask about."""
    return [
        Line(letter.number, f"{letter.unit.name} · {letter.void_reason}", letter.voided_at, tone="", icon="info")
        for letter in queries.list_voided(now - GAPS)
    ]
