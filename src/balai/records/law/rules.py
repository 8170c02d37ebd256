"""What a confirmation must say: pure, with the day handed in."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

SOON = timedelta(days=30)
LONGEST = timedelta(days=5 * 366)
LEAST_REASON = 10  # letters


@dataclass(frozen=True, slots=True)
class LegalGround:
    """On what an office confirms: the regulation, its date, where it can be read, and the day of review; None for a day that is none."""

    basis: str
    basis_date: date | None
    link: str
    review_on: date | None

    def faults(self, today: date) -> tuple[str, ...]:
        """Name what is missing or cannot be."""
        wrong = {
            "basis": len(self.basis) < 4,
            "basis_date": self.basis_date is None or not date(1900, 1, 1) <= self.basis_date <= today,
            "link": bool(self.link) and not is_link(self.link),
            "review_on": self.review_on is None or not today < self.review_on <= today + LONGEST,
        }
        return tuple(name for name, fault in wrong.items() if fault)


def is_link(text: str) -> bool:
    """Tell whether a text is the whole address of a page by https; it is never asked for."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    plain = text.isascii() and not any(letter.isspace() or letter in '<>"\\' for letter in text)
    return plain and parts.scheme == "https" and "." in host.strip(".") and not parts.username and port in (None, 443)
