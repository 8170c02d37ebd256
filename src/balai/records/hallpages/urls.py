"""Addresses of the hall's own pages: open to everybody, but for the page of whoever publishes them."""

from django.urls import path

from balai.records.hallpages import web

app_name = "hallpages"
urlpatterns = [
    path("halaman/<slug:page_id>/", web.show_page, name="page"),
    path("halaman/<slug:page_id>/<str:name>", web.send_picture, name="picture"),
    path("kabar/", web.list_news, name="news"),
    path("kabar/atom.xml", web.send_feed, name="feed"),
    path("kabar/atom.<slug:lang>.xml", web.send_feed, name="feed-in"),
    path("meja/kelola/halaman/", web.show_all, name="all"),
    path("meja/kelola/halaman/<slug:page_id>/terbitkan/", web.publish, name="publish"),
    path("meja/kelola/halaman/<slug:page_id>/turunkan/", web.take_down, name="take-down"),
]
