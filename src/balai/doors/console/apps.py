from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "balai.doors.console"
    label = "console"
