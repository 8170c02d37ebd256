from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "balai.base"
    label = "base"

    def ready(self) -> None:
        from balai.base import erasures  # noqa: F401 (it registers its job)
