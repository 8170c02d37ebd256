from django.apps import AppConfig


class LegalConfig(AppConfig):
    name = "balai.casework.legal"
    label = "legal"

    def ready(self) -> None:
        from balai.casework.legal import jobs, refusals  # noqa: F401 (they register themselves)
