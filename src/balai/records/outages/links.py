"""Where the status page shows itself: at the foot of every page, once it was written."""

from balai.base.pages import frames
from balai.records.outages import status

frames.place(
    "foot", "outages.nav", "outages:status", order=30, shows=lambda request: (status.folder() / "index.html").is_file()
)
