"""A change to an account reaches the sockets that are open."""

from functools import partial

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from inbox.events import recheck_sessions
from inbox.models import User


@receiver(post_save, sender=User)
def account_changed(instance: User, created: bool, update_fields, **kwargs) -> None:
    """After a new password or a deactivation, have the user's sockets look at their sessions.

    What changes rows without a signal (`QuerySet.update`, SQL) is noticed at the next recheck.
    """
    only_logged_in = update_fields and set(update_fields) == {"last_login"}
    if not created and not only_logged_in:
        transaction.on_commit(partial(recheck_sessions, instance.pk))
