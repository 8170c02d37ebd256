from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "balai.casework.cases"
    label = "cases"

    def ready(self) -> None:
        from balai.casework.cases import jobs, listeners  # noqa: F401 (they register themselves)
