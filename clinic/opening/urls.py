from django.contrib import admin
from django.urls import path

from clinic.opening import views

app_name = "opening"
_preview = admin.site.admin_view(views.preview)
urlpatterns = [
    path("admin/opening/", admin.site.admin_view(views.opening_page), name="page"),
    path("admin/preview/", _preview, {"path": ""}, name="preview"),
    path("admin/preview/<path:path>", _preview, name="preview-page"),
    path("confirm/desk-address/<str:token>/", views.desk_address, name="desk-address"),
]
