"""Addresses of the machines' door. Reading the catalogue and checking a letter is open; all else takes a token."""

from django.urls import path

from balai.doors.api.web import api

urlpatterns = [path("api/v1/", api.urls)]
