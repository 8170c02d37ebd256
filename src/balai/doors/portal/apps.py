from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "balai.doors.portal"
    label = "portal"

    def ready(self) -> None:
        from balai.doors.portal import links, places  # noqa: F401 (the links register themselves)

        places.register()
