from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "balai.casework.notices"
    label = "notices"
