from django.contrib.admin.apps import AdminConfig


class ClinicAdminConfig(AdminConfig):
    """Stands in INSTALLED_APPS in place of django.contrib.admin, and is loaded before any model is."""

    default_site = "clinic.staff.site.ClinicAdminSite"
