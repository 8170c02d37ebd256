"""A clock that stands still, so that no window in which uses are counted ends between two steps of a test."""

import pytest
from django.utils import timezone


def stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be one second past the full hour for the rest of the test."""
    now = timezone.now().replace(minute=0, second=1, microsecond=0)
    monkeypatch.setattr(timezone, "now", lambda: now)
