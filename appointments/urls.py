from django.urls import path

from appointments import views

app_name = "appointments"
urlpatterns = [
    path("request/", views.request_appointment, name="request"),
    path("status/<str:token>/", views.open_status, name="open-status"),
    path("status/", views.status, name="status"),
]
