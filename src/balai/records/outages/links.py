"""The address of the status page, and where it shows itself: at the foot of every page, once it was written."""

from balai.base.pages import frames, links
from balai.records.outages import status

links.lead("outages.status", "/keadaan/", "outages:status")
frames.place(
    "foot", "outages.nav", "outages:status", order=30, shows=lambda request: (status.folder() / "index.html").is_file()
)
