from chat import views
from django.urls import path

urlpatterns = [
    path("api/tickets/<int:ticket_id>/messages/", views.messages),
    path("api/logout/", views.logout),
]
