import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
application = get_asgi_application()

from inbox_socket.django.asgi import with_inbox  # noqa: E402

application = with_inbox(application)
