"""The ASGI application: `uvicorn config.asgi:application`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()  # sets Django up, which the imports below need

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.management import call_command
from django.urls import path, re_path

from inbox.consumers import ConversationConsumer, InboxConsumer
from inbox.security import LoginRequired, OriginRequired, no_such_path

# Django runs its checks in management commands only, not under a server program.
with open(os.devnull, "w") as quiet:
    call_command("check", tags=["inbox"], stdout=quiet)

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": OriginRequired(
            LoginRequired(
                URLRouter(
                    [
                        path("ws/inbox/", InboxConsumer.as_asgi()),
                        path("ws/chat/<int:conversation_id>/", ConversationConsumer.as_asgi()),
                        re_path("", no_such_path),
                    ]
                )
            )
        ),
    }
)
