from importlib import import_module

from django.apps import AppConfig


class HallPagesConfig(AppConfig):
    name = "balai.records.hallpages"
    label = "hallpages"

    def ready(self) -> None:
        """Load where the pages show themselves."""
        import_module("balai.records.hallpages.links")
