"""Addresses of shared letters: the holder's beside their letter, and the one that a link opens, for everybody."""

from django.urls import path

from balai.rooms.sharing import web

app_name = "sharing"
urlpatterns = [
    path("berkas/<str:number>/surat/<uuid:letter_id>/bagikan/", web.share, name="share"),
    path("berkas/<str:number>/surat/<uuid:letter_id>/bagikan/<uuid:share_id>/tarik/", web.withdraw, name="withdraw"),
    path("bagikan/<str:secret>", web.open_link, name="open"),
    path("bagikan/<str:secret>/surat.pdf", web.send_file, name="file"),
]
