from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "balai.records.documents"
    label = "documents"
