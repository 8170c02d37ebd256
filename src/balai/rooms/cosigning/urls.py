"""Addresses of co-signers: open to whoever has a link; the others need a case of one's own, or an officer's counter."""

from django.urls import path

from balai.rooms.cosigning.web import counter, holder, link

app_name = "cosigning"
urlpatterns = [
    path("setuju/<str:secret>/", link.open_link, name="link"),
    path("berkas/<str:number>/persetujuan/", holder.list_all, name="list"),
    path("berkas/<str:number>/persetujuan/<uuid:cosigner_id>/ingatkan/", holder.remind, name="remind"),
    path("berkas/<str:number>/persetujuan/<uuid:cosigner_id>/ganti/", holder.replace, name="replace"),
    path("meja/loket/persetujuan/", counter.ask, name="counter"),
    path("meja/loket/persetujuan/<uuid:cosigner_id>/", counter.answer, name="counter-answer"),
]
