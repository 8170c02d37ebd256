from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "balai.casework.notices"
    label = "notices"

    def ready(self) -> None:
        from balai.casework.notices import carriers, listeners  # noqa: F401 (they register themselves)
