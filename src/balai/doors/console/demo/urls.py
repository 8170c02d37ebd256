"""Addresses of the demonstration; mounted in a demonstration alone, open to this machine alone."""

from django.urls import path

from balai.doors.console.demo import web

app_name = "demo"
urlpatterns = [
    path("", web.show_entrances, name="entrances"),
    path("masuk/<str:name>/", web.enter, name="enter"),
    path("surat/", web.show_mailbox, name="mailbox"),
]
