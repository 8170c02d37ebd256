from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "balai.doors.portal"
    label = "portal"

    def ready(self) -> None:
        from balai.doors.portal import links, navigation  # noqa: F401 (the links register themselves)

        navigation.register()
