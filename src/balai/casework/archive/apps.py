from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "balai.casework.archive"
    label = "archive"

    def ready(self) -> None:
        from balai.casework.archive import listeners  # noqa: F401 (it registers itself)
