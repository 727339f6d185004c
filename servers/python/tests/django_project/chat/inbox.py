from django.contrib.auth import get_user_model
from django.db.models import Q
from inbox_socket.django import Inbox

from chat.models import Picture, TextMessage, Ticket


class ChatInbox(Inbox):
    message_models = (TextMessage, Picture)
    conversation_field = "ticket"

    def conversations(self, user):
        mine = Ticket.objects.filter(Q(customer=user) | Q(team__members=user))
        return mine.values_list("pk", flat=True).distinct()

    def participants(self, ticket_id):
        people = get_user_model().objects.filter(Q(tickets=ticket_id) | Q(teams__tickets=ticket_id))
        return people.values_list("pk", flat=True).distinct()

    def create(self, user_id, ticket_id, text, type):
        ticket = Ticket.objects.get(pk=ticket_id)
        column = "customer_id" if ticket.customer_id == user_id else "agent_id"
        return TextMessage(ticket=ticket, body=text, **{column: user_id})

    def sender(self, message):
        return message.customer or message.agent

    def messages(self, model):
        return model.objects.select_related("customer", "agent")

    def frame(self, message, reader):
        frame = super().frame(message, reader)
        if isinstance(message, Picture):
            frame |= {"message": message.address, "type": "PICTURE"}
        return frame
