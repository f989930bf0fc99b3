from django.urls import path

from appointments.views import contact
from clinic.pages import health, views

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("contact/", contact, name="contact"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("monitor", health.monitor, name="monitor"),
    path("<slug:slug>/", views.page, name="page"),
]
