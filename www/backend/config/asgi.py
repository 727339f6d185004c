"""The ASGI application: `uvicorn config.asgi:application`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()  # sets Django up, which the imports below need

from inbox_socket.django.asgi import with_inbox

from inbox.conversation_socket import with_conversation_sockets

application = with_conversation_sockets(with_inbox(http))
