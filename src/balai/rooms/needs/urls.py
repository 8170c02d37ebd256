"""Addresses of needs: one's own, a guest's application or case, and the officers'."""

from django.urls import path

from balai.rooms.needs import web

app_name = "needs"
urlpatterns = [
    path("kebutuhan/", web.show_own, name="own"),
    path("kebutuhan/permohonan/<uuid:draft_id>/", web.show_draft, name="draft"),
    path("berkas/<str:number>/kebutuhan/", web.show_case, name="case"),
    path("meja/berkas/<str:number>/kebutuhan/", web.show_desk, name="desk"),
    path("meja/loket/<uuid:draft_id>/kebutuhan/", web.show_counter, name="counter"),
]
