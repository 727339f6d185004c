"""What follows a change: an account's reaches the open sockets, a new member joins at the head."""

from functools import partial

from django.db import transaction
from django.db.models.signals import m2m_changed, post_save
from django.dispatch import receiver

from inbox.events import recheck_sessions
from inbox.models import Conversation, Participation, User


@receiver(post_save, sender=User)
def account_changed(instance: User, created: bool, update_fields, **kwargs) -> None:
    """After a new password or a deactivation, have the user's sockets look at their sessions.

    What changes rows without a signal (`QuerySet.update`, SQL) is noticed at the next recheck.
    """
    only_logged_in = update_fields and set(update_fields) == {"last_login"}
    if not created and not only_logged_in:
        transaction.on_commit(partial(recheck_sessions, instance.pk))


@receiver(m2m_changed, sender=Participation)
def joined(instance, action: str, reverse: bool, pk_set, **kwargs) -> None:
    """Note where in a conversation its new participants come in.

    In the transaction that adds them, and under the conversation's lock: a message is either
    before, and not for them, or after, and then reaches them.
    """
    if action != "post_add" or not pk_set:
        return
    conversations, users = (pk_set, [instance.pk]) if reverse else ([instance.pk], pk_set)
    locked = Conversation.objects.select_for_update(of=("self",)).order_by("pk")
    for conversation in locked.filter(pk__in=conversations):
        new = Participation.objects.filter(conversation=conversation, user__in=users)
        new.update(joined_seq=conversation.head)
