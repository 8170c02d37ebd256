"""Addresses of the throwaway hall of `balai preview`: a hall's, and the author's own beside them."""

from django.urls import include, path

from balai.project import urls
from balai.project.urls import handler400, handler403, handler404, handler429, handler500

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]
urlpatterns = [path("pratinjau/", include("balai.doors.console.preview.urls")), *urls.urlpatterns]
