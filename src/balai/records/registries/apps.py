from django.apps import AppConfig


class RegistriesConfig(AppConfig):
    name = "balai.records.registries"
    label = "registries"
