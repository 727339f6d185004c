"""Which accounts may be used."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend

from inbox.models import User


class AccountBackend(ModelBackend):
    """Django's accounts, with demo accounts disabled while DEBUG is off.

    This applies to logging in and to existing sessions, because Django checks on every request.
    """

    def user_can_authenticate(self, user: User) -> bool:
        return super().user_can_authenticate(user) and (settings.DEBUG or not user.is_demo)
