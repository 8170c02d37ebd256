from django.apps import AppConfig

from balai.records import errors  # noqa: F401  # adds this floor's refusals to the table of all


class DocumentsConfig(AppConfig):
    name = "balai.records.documents"
    label = "documents"

    def ready(self) -> None:
        """Make the scanners and the collector known."""
        from balai.records.documents import jobs, scanning  # noqa: F401
