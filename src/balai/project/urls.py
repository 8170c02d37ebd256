"""All addresses; the doors bring their own."""

from django.urls import URLPattern, URLResolver, include, path

from balai.doors.console.demo.web import is_demo

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("balai.base.pages.urls")),
    path("", include("balai.doors.portal.urls")),
    path("meja/", include("balai.doors.desk.urls")),
    path("akun/", include("allauth.urls")),
]
if is_demo():
    urlpatterns.append(path("demo/", include("balai.doors.console.demo.urls")))
