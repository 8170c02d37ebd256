"""Addresses of the counter day: they need a post at a counter; the list of supplies and the tray, that or a head's."""

from django.urls import path

from balai.rooms.counterdays import web

app_name = "counterdays"
urlpatterns = [
    path("meja/loket/bekal/", web.show, name="supplies"),
    path("meja/loket/bekal/ambil/", web.draw, name="draw"),
    path("meja/loket/bekal/garis/", web.tell_line, name="line"),
    path("meja/loket/bekal/kirim/", web.take_in, name="send"),
    path("meja/loket/bekal/kembali/", web.give_back, name="return"),
    path("meja/loket/bekal/hari/", web.show_day, name="day"),
    path("meja/loket/bekal/pekerja.js", web.give_worker, name="worker"),
    path("meja/loket/bekal/berkas/", web.take_file, name="file"),
    path("meja/loket/bekal/perlu-dilihat/", web.list_tray, name="tray"),
    path("meja/loket/bekal/perlu-dilihat/<uuid:arrival_id>/", web.look, name="one"),
]
