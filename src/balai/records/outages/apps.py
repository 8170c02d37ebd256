from django.apps import AppConfig

from balai.records import errors  # noqa: F401  # adds this floor's refusals to the table of all


class OutagesConfig(AppConfig):
    name = "balai.records.outages"
    label = "outages"

    def ready(self) -> None:
        from balai.records.outages import jobs, links  # noqa: F401 (they register themselves)
