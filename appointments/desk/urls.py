from django.contrib import admin
from django.urls import path

from appointments.desk import numbers_page

app_name = "numbers"
urlpatterns = [
    path("", admin.site.admin_view(numbers_page.numbers_page), name="page"),
    path("figures.csv", admin.site.admin_view(numbers_page.figures_file), name="figures"),
]
