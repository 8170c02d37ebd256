from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "balai.doors.portal"
    label = "portal"
