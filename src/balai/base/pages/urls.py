"""Addresses of the frames: open to everybody."""

from django.urls import path

from balai.base.pages import log, offline, web

app_name = "pages"
urlpatterns = [
    path("-/<slug:digest>/<str:name>", web.send_asset, name="asset"),
    path("manifest.webmanifest", offline.send_manifest, name="manifest"),
    path("sw.js", offline.send_worker, name="worker"),
    path("bahasa/<slug:lang>", web.choose_language, name="language"),
    path("health/live", web.tell_live, name="live"),
    path("health/ready", web.tell_ready, name="ready"),
    path("log/checkpoint", log.send_checkpoint, name="log-checkpoint"),
    path("log/witnessed", log.send_witnessed, name="log-witnessed"),
    path("log/keys", log.send_keys, name="log-keys"),
    path("log/tile/<path:place>", log.send_tile, name="log-tile"),
    path("design", web.show_design, name="design"),
    path("_gallery", web.show_gallery, name="gallery"),
]
