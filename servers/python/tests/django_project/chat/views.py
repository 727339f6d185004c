"""The REST API, which knows nothing of the socket."""

import json

from chat.models import TextMessage, Ticket
from django.contrib import auth
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST


@csrf_exempt
@require_POST
def messages(request, ticket_id):
    """Stores a message of the user who is logged in."""
    ticket = get_object_or_404(Ticket, pk=ticket_id)
    column = "customer" if ticket.customer == request.user else "agent"
    body = json.loads(request.body)["body"]
    message = TextMessage.objects.create(ticket=ticket, body=body, **{column: request.user})
    return JsonResponse({"id": message.pk}, status=201)


@csrf_exempt
@require_POST
def logout(request):
    auth.logout(request)
    return HttpResponse(status=204)
