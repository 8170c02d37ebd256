"""Addresses of the author's preview; mounted in its throwaway hall alone, open to this machine alone."""

from django.urls import path

from balai.doors.console.preview import web

app_name = "preview"
urlpatterns = [
    path("", web.show_map, name="map"),
    path("ikut.<str:kind>", web.send_file, name="file"),
    path("contoh/<str:name>/", web.show_story, name="story"),
    path("contoh/<str:name>/<str:letter>.<str:lang>.pdf", web.send_letter, name="letter"),
    path("contoh/<str:name>/<str:letter>.<str:lang>.<int:page>.png", web.send_page, name="letter-page"),
    path("aturan/<str:step>/", web.try_rule, name="rule"),
    path("isi/", web.fill, name="fill"),
    path("jalani/", web.live, name="live"),
]
