"""Addresses of messages. The applicant's need an account of the case or its code, the desk's need a post, the counter's a post there."""

from django.urls import path

from balai.rooms.messages.web import citizen, counter, desk, files

app_name = "messages"
urlpatterns = [
    path("berkas/<str:number>/pesan/", citizen.show, name="citizen"),
    path("berkas/<str:number>/pesan/berkas/<uuid:document_id>/", citizen.send_file, name="citizen-file"),
    path("meja/pesan/", desk.list_waiting, name="waiting"),
    path("meja/berkas/<str:number>/pesan/", desk.show_public, name="desk"),
    path("meja/berkas/<str:number>/pesan/tanpa-jawaban/", desk.settle, name="settle"),
    path("meja/berkas/<str:number>/pesan/berkas/<uuid:document_id>/", files.show_file, name="desk-file"),
    path("meja/berkas/<str:number>/pesan/berkas/<uuid:document_id>/asli/", files.send_original, name="desk-original"),
    path("meja/berkas/<str:number>/rembuk/", desk.show_internal, name="internal"),
    path("meja/berkas/<str:number>/rembuk/berkas/<uuid:document_id>/", files.show_internal_file, name="internal-file"),
    path(
        "meja/berkas/<str:number>/rembuk/berkas/<uuid:document_id>/asli/",
        files.send_internal_original,
        name="internal-original",
    ),
    path("meja/pesan/gambar/<str:token>/", files.send_picture, name="picture"),
    path("meja/loket/pesan/", counter.ask, name="counter"),
    path("meja/loket/pesan/<str:number>/", counter.show, name="counter-thread"),
]
