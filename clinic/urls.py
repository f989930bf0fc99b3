from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("clinic.staff.urls")),
    path("admin/appointments/numbers/", include("appointments.desk.urls")),  # before the admin, which owns the rest
    path("", include("clinic.opening.urls")),
    path("admin/", admin.site.urls),
    path("", include("articles.urls")),
    path("appointments/", include("appointments.urls")),
    path("", include("providers.urls")),
    path("", include("clinic.pages.urls")),  # last: it takes /<slug>/
]

handler400 = "clinic.pages.errors.bad_request"
handler403 = "clinic.pages.errors.permission_denied"
handler404 = "clinic.pages.errors.not_found"
handler500 = "clinic.pages.errors.server_error"
