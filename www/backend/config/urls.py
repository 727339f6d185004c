"""HTTP paths; config/asgi.py has the WebSocket paths."""

from django.urls import path

from inbox import views

urlpatterns = [
    path("", views.page_not_built),
    path("api/login", views.login),
    path("api/logout", views.logout),
    path("api/me", views.me),
    path("api/conversations", views.conversations),
    path("api/rehearsal", views.rehearsal),
]
