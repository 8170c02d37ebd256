from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "balai.base"
    label = "base"
