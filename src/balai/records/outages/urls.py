"""Addresses of the status page, open to everybody; a proxy sends the same files itself."""

from django.urls import path

from balai.records.outages import web

app_name = "outages"
urlpatterns = [
    path("keadaan/", web.send, name="status"),
    path("keadaan/<str:name>", web.send, name="status-file"),
]
