"""Where the incident book shows itself: in the administration, and to heads of units."""

from balai.base.pages import frames, links
from balai.records.entrance.officers import desk_of

links.lead("incidents.list", "/meja/kelola/insiden/", "incidents:list")
links.lead("incidents.one", "/meja/kelola/insiden/{}/", "incidents:one")
frames.place("administration", "room_incidents.title", "incidents:list", order=75)
frames.place(
    "officer", "room_incidents.outages.nav", "incidents:outages", order=65, icon="clock",
    shows=lambda request: (desk := desk_of(request)) is not None and desk.heads,
)  # fmt: skip
