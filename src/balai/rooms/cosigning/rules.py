"""How long a secret is, how often one may try, and what has come of a request to agree: pure."""

from collections.abc import Sequence
from datetime import timedelta

from balai.base import codes

LETTERS = 26  # of a link's secret: 130 random bits
DIGITS = 4  # of a NIK, asked of whoever has a link
TRIES = 5  # wrong digits, after which a link ends
REMINDERS = 5
SHORTEST, LONGEST = 5, 500  # letters of a reason
SENT, SENT_PER = 20, timedelta(hours=1)  # links that the holder of one case sends
LOOKS, LOOKS_PER = 60, timedelta(hours=1)  # links of one address that are none
ASKED, AGREED, REFUSED = "asked", "agreed", "refused"
REPLACED, FALLEN = "replaced", "fallen"
GONE = (REPLACED, FALLEN)  # no longer among those who are asked
WAITING, ENOUGH, TOO_FEW = "waiting", "enough", "too-few"


def make_secret() -> str:
    """Draw a link's secret."""
    return codes.draw(LETTERS)


def read_secret(typed: str) -> str | None:
    """Read a secret as it stands in an address, None when it cannot be one."""
    found = codes.read(typed)
    return found if codes.is_code(found, LETTERS) else None


def come_of(states: Sequence[str], needed: int) -> str:
    """Tell what has come of it by the states of all who are asked: `enough`, `too-few` are left, or `waiting`."""
    if states.count(AGREED) >= needed:
        return ENOUGH
    return TOO_FEW if len(states) - states.count(REFUSED) < needed else WAITING


def name_reach(phone: str, email: str) -> str:
    """Tell where a link is sent: the telephone before the mail."""
    return phone or email
