from django.urls import path

from appointments import views, visit_views

app_name = "appointments"
urlpatterns = [
    path("request/", views.request_appointment, name="request"),
    path("status/calendar.ics", visit_views.calendar, name="calendar"),
    path("status/cancel/", visit_views.cancel, name="status-cancel"),
    path("status/withdraw/", visit_views.withdraw, name="status-withdraw"),
    path("status/<str:token>/", views.open_status, name="open-status"),
    path("status/", views.status, name="status"),
]
