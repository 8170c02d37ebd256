from django.apps import AppConfig


class IssuingConfig(AppConfig):
    name = "balai.casework.issuing"
    label = "issuing"
