from django.urls import path

from providers import views

app_name = "providers"
urlpatterns = [
    path("providers/", views.ProviderList.as_view(), name="provider-list"),
    path("providers/<slug:slug>/", views.ProviderDetail.as_view(), name="provider-detail"),
    path("treatments/", views.TreatmentList.as_view(), name="treatment-list"),
    path("treatments/<slug:slug>/", views.TreatmentDetail.as_view(), name="treatment-detail"),
    path(
        "treatments/<slug:treatment>/for/<slug:condition>/",
        views.TreatmentForConditionDetail.as_view(),
        name="treatment-for-condition",
    ),
    path("conditions/", views.ConditionList.as_view(), name="condition-list"),
    path("conditions/<slug:slug>/", views.ConditionDetail.as_view(), name="condition-detail"),
]
