from django.apps import AppConfig


class FoldersConfig(AppConfig):
    name = "balai.records.folders"
    label = "folders"
