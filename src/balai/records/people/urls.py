"""Addresses of people that no door holds: the first set-up, and the word of an officer who is still there, open to whoever is. allauth's own are mounted by the project."""

from django.urls import path

from balai.records.people import web

app_name = "people"
urlpatterns = [
    path("pemasangan/<str:token>/", web.setup, name="setup"),
    path("masih-di-sini/", web.stay, name="stay"),
]
