from django.apps import AppConfig


class ProtectionConfig(AppConfig):
    name = "balai.records.protection"
    label = "protection"
