from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "balai.base"
    label = "base"

    def ready(self) -> None:
        from balai.base import erasures, logkeeping, post, throttle, watch  # noqa: F401 (they register their jobs and couriers)
        from balai.base.anchors import keeping  # noqa: F401
