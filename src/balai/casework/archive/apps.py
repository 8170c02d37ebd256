from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "balai.casework.archive"
    label = "archive"
