"""The officers' door as an app: it names its places in the navigation."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "balai.doors.desk"
    label = "desk"

    def ready(self) -> None:
        from balai.doors.desk import links, navigation  # noqa: F401 (they register themselves)
