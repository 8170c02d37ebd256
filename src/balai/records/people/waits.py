"""How long until a link or a code may be asked for once more, for the browser that waits for it."""

from datetime import datetime

from django.http import HttpRequest

TEXT, MAIL = 60, 180  # seconds
_KEY = "balai_sent_at"


def note(request: HttpRequest | None, now: datetime) -> None:
    """Remember that a message has just been owed to whoever sits at this browser."""
    if request is not None:
        request.session[_KEY] = int(now.timestamp())


def left(request: HttpRequest, wait: int, now: datetime) -> int:
    """Tell how many seconds are left until the message may be asked for again; 0 when it may."""
    return max(0, int(request.session.get(_KEY, 0)) + wait - int(now.timestamp()))
