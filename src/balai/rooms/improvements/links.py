"""Where the log shows itself: at the foot of every page, and in the administration."""

from balai.base.pages import frames, links

links.lead("improvements.report", "/perbaikan/lapor/", "improvements:report")
frames.place("foot", "room_improvements.ask", "improvements:report", order=50)
frames.place("administration", "room_improvements.title", "improvements:list", order=78)
