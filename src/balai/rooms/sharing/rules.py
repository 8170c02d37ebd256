"""How long a link holds, and what it is at a moment: pure."""

from datetime import datetime, timedelta

from balai.base import codes

DAYS = (1, 7, 30)
LETTERS = 26  # of a secret: 130 random bits
MOST = 10  # links to one letter that hold at once
LOOKS, LOOKS_PER = 60, timedelta(hours=1)  # of one address
MADE, MADE_PER = 20, timedelta(hours=1)  # of one case


def make_secret() -> str:
    """Draw a link's secret."""
    return codes.draw(LETTERS)


def read_secret(typed: str) -> str | None:
    """Read a secret as it stands in an address, None when it cannot be one."""
    found = codes.read(typed)
    return found if codes.is_code(found, LETTERS) else None


def state_of(until: datetime, withdrawn_at: datetime | None, now: datetime) -> str:
    """Tell what a link is: `open`, `withdrawn` or `expired`."""
    if withdrawn_at is not None:
        return "withdrawn"
    return "open" if now < until else "expired"
