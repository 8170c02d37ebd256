from django.apps import AppConfig


class ReadingsConfig(AppConfig):
    name = "balai.casework.readings"
    label = "readings"

    def ready(self) -> None:
        from balai.casework.readings import jobs  # noqa: F401 (they register themselves)
