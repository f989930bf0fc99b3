from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

# One door for everybody: the admin's own sign-in and password forms count no guesses and ask for no code
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("accounts/", include("clinic.pages.sign_in.urls")),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
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
