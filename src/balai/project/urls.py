"""All addresses; the doors bring their own."""

from django.urls import URLPattern, URLResolver, include, path

from balai.base import rooms
from balai.doors.api.urls import urlpatterns as machines
from balai.doors.console.demo.web import is_demo

urlpatterns: list[URLPattern | URLResolver] = [
    *machines,  # first, and without a level of their own: machines ask most, and an address is looked for in this order
    path("", include("balai.base.pages.urls")),
    path("", include("balai.doors.portal.urls")),
    path("meja/", include("balai.doors.desk.urls")),
    *(path("", include(module)) for module in rooms.open_modules("urls")),
    path("", include("balai.records.outages.urls")),
    path("", include("balai.records.hallpages.urls")),
    path("", include("balai.records.people.urls")),
    path("akun/", include("allauth.urls")),
]
handler400 = "balai.base.pages.refusals.bad_request"
handler403 = "balai.base.pages.refusals.forbidden"
handler404 = "balai.base.pages.refusals.not_found"
handler429 = "balai.records.people.web.limit_reached"
handler500 = "balai.base.pages.refusals.server_error"

if is_demo():
    urlpatterns.append(path("demo/", include("balai.doors.console.demo.urls")))
