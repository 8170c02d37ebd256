from django.apps import AppConfig

from balai.records import errors  # noqa: F401  # adds this floor's refusals to the table of all


class RegistriesConfig(AppConfig):
    name = "balai.records.registries"
    label = "registries"

    def ready(self) -> None:
        """Make the adapters known."""
        from balai.records.registries import adapters  # noqa: F401
