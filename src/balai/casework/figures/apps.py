from django.apps import AppConfig


class FiguresConfig(AppConfig):
    name = "balai.casework.figures"
    label = "figures"
