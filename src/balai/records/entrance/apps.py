from django.apps import AppConfig


class EntranceConfig(AppConfig):
    name = "balai.records.entrance"
    label = "entrance"
