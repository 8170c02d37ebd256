from django.apps import AppConfig


class FilingConfig(AppConfig):
    name = "balai.records.filing"
    label = "filing"
