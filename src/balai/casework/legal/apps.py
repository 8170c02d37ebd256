from django.apps import AppConfig


class LegalConfig(AppConfig):
    name = "balai.casework.legal"
    label = "legal"

    def ready(self) -> None:
        from balai.casework.legal import errors, jobs  # noqa: F401 (they register themselves)
