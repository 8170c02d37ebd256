"""What pages are without a hall behind them: these tests ask no database, so nothing stands at a page's foot that only one knows."""

import pytest

from balai.base.pages import frames


@pytest.fixture(autouse=True)
def no_hall(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """List nothing that an app would have to read, unless the test has a database."""
    if not request.node.get_closest_marker("database"):
        monkeypatch.setattr(frames, "_MORE", {face: [] for face in frames._MORE})
