from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "balai.doors.api"
    label = "api"
