"""Browsers that are signed in as one of the cast."""

from time import time

from django.test import Client

from balai.doors.console.demo.cast import Member
from balai.records.people.models import Account


def sign_in(member: Member, *, second_factor: bool = True) -> Client:
    """Sign a member in, with the second factor proved in the session or not."""
    client = Client()
    client.force_login(Account.objects.get(id=member.account_id))
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time()},
        *([{"method": "mfa", "type": "totp", "at": time()}] if second_factor else []),
    ]
    session["account_authentication_methods_user"] = str(member.account_id)
    session.save()
    return client
