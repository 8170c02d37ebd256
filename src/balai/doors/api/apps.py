from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "balai.doors.api"
    label = "api"

    def ready(self) -> None:
        """Make the refusals of this door known."""
        from balai.doors.api import errors  # noqa: F401
