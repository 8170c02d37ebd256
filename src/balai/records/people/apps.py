from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "balai.records.people"
    label = "people"
