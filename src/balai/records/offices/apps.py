from django.apps import AppConfig


class OfficesConfig(AppConfig):
    name = "balai.records.offices"
    label = "offices"
