"""Addresses of the improvement log: open to everybody, but for the pages of whoever keeps it."""

from django.urls import path

from balai.rooms.improvements import web

app_name = "improvements"
urlpatterns = [
    path("perbaikan/", web.show_public, name="public"),
    path("perbaikan/lapor/", web.take_report, name="report"),
    path("meja/kelola/perbaikan/", web.list_all, name="list"),
    path("meja/kelola/perbaikan/<uuid:report_id>/", web.answer, name="one"),
]
