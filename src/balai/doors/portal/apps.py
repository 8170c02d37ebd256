from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "balai.doors.portal"
    label = "portal"

    def ready(self) -> None:
        from balai.doors.portal import listeners, places  # noqa: F401 (listeners register themselves)

        places.register()
