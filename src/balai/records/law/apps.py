from django.apps import AppConfig


class LawConfig(AppConfig):
    name = "balai.records.law"
    label = "law"
