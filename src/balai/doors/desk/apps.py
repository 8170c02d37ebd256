from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "balai.doors.desk"
    label = "desk"
