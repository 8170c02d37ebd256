"""Moments in words, in the office's own time; the one place that writes them."""

from datetime import datetime

from django.utils import timezone

from balai.engine.forms import format_date


def clock(at: datetime) -> str:
    """Write the time of day as it is written here: 14.05."""
    return f"{timezone.localtime(at):%H.%M}"


def moment(at: datetime, lang: str) -> str:
    """Write a moment: 23 November 2026, 14.05."""
    return f"{format_date(timezone.localtime(at).date(), lang)}, {clock(at)}"
