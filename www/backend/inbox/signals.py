"""Reacts to changes: sockets recheck a changed account, and a new participant joins at the head."""

from functools import partial

from django.db import transaction
from django.db.models.signals import m2m_changed, post_save
from django.dispatch import receiver

from inbox.events import recheck_sessions
from inbox.models import Conversation, Participation, User


@receiver(post_save, sender=User)
def account_changed(instance: User, created: bool, update_fields, **kwargs) -> None:
    """Makes the user's sockets recheck their sessions after a new password or a deactivation.

    Changes that send no signal (`QuerySet.update`, SQL) take effect at the next periodic recheck.
    """
    only_logged_in = update_fields and set(update_fields) == {"last_login"}
    if not created and not only_logged_in:
        transaction.on_commit(partial(recheck_sessions, instance.pk))


@receiver(m2m_changed, sender=Participation)
def joined(instance, action: str, reverse: bool, pk_set, **kwargs) -> None:
    """Records the head at which new participants join a conversation.

    Runs in the transaction that adds them, under the conversation's lock: a message is either
    stored before they join, or reaches them.
    """
    if action != "post_add" or not pk_set:
        return
    conversations, users = (pk_set, [instance.pk]) if reverse else ([instance.pk], pk_set)
    locked = Conversation.objects.select_for_update(of=("self",)).order_by("pk")
    for conversation in locked.filter(pk__in=conversations):
        new = Participation.objects.filter(conversation=conversation, user__in=users)
        new.update(joined_seq=conversation.head)
