"""Addresses of the incident book: the book's need an administrator, the page of outages a head of a unit."""

from django.urls import path

from balai.rooms.incidents import web

app_name = "incidents"
urlpatterns = [
    path("meja/gangguan/", web.show_outages, name="outages"),
    path("meja/kelola/insiden/", web.list_all, name="list"),
    path("meja/kelola/insiden/<uuid:incident_id>/", web.show_one, name="one"),
    path("meja/kelola/insiden/<uuid:incident_id>/laporan/", web.show_report, name="report"),
]
