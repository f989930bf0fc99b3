"""Who treats what: the pages of providers, treatments, conditions, and a treatment for a condition.

Articles are a layer above this one: they are reached from here through their versions, by reverse relation.
"""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView, ListView, TemplateView

from clinic.core.http import public_page
from providers.json_ld import pair_page, profile, topic_page
from providers.models import Condition, Provider, Treatment, TreatmentForCondition
from providers.templatetags.names import pair_name

ARTICLES_SHOWN = 6

# The steps of the breadcrumb above these pages
PROVIDERS = _("Our providers")
TREATMENTS = _("What we treat")
CONDITIONS = _("Conditions")


@method_decorator(public_page, name="dispatch")
class ProviderList(ListView):
    queryset = Provider.objects.listed().prefetch_related("time_away", "treatments")
    extra_context = {"breadcrumb": [(PROVIDERS, "")]}


def said_once(provider: Provider) -> dict[str, Any]:
    """Return what a provider treats and how, and of their own lists what no treatment or condition says already."""
    treatments, conditions = list(provider.treatments.all()), list(provider.conditions.all())
    names = {name.casefold() for name in (*(row.name for row in treatments), *(row.name for row in conditions))}
    return {
        "treatments": treatments,
        "conditions": conditions,
        "techniques": [item for item in provider.technique_list if item.casefold() not in names],
        "focus_areas": [item for item in provider.focus_area_list if item.casefold() not in names],
    }


@method_decorator(public_page, name="dispatch")
class ProviderDetail(DetailView):
    queryset = Provider.objects.listed().prefetch_related("time_away")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        provider = self.object
        asked_about = f"?{urlencode({'provider': provider.slug})}" if provider.is_accepting else ""
        return super().get_context_data(**kwargs) | {
            "request_url": reverse("appointments:request") + asked_about,
            **said_once(provider),
            "questions": provider.questions.all(),
            "articles": provider.authored_versions.newest_articles(ARTICLES_SHOWN),
            "breadcrumb": [(PROVIDERS, reverse("providers:provider-list")), (provider.name, "")],
            "json_ld": [profile(provider)],
        }


@method_decorator(public_page, name="dispatch")
class TreatmentList(ListView):
    """What we treat, and how: treatments and conditions on one page."""

    model = Treatment

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "conditions": Condition.objects.all(),
            "breadcrumb": [(TREATMENTS, "")],
        }


@method_decorator(public_page, name="dispatch")
class TreatmentDetail(DetailView):
    model = Treatment

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        treatment = self.object
        has_page = Exists(treatment.for_conditions.filter(condition=OuterRef("pk")))
        has_article = Exists(treatment.article_versions.published().filter(conditions=OuterRef("pk")))
        conditions = Condition.objects.alias(has_article=has_article).annotate(has_page=has_page)
        return super().get_context_data(**kwargs) | {
            "providers": treatment.providers.listed(),
            "conditions": conditions.filter(Q(has_page=True) | Q(has_article=True)),
            "questions": treatment.questions.all(),
            "articles": treatment.article_versions.newest_articles(ARTICLES_SHOWN),
            "breadcrumb": [(TREATMENTS, reverse("providers:treatment-list")), (treatment.name, "")],
            "json_ld": [topic_page(treatment)],
        }


@method_decorator(public_page, name="dispatch")
class ConditionList(ListView):
    extra_context = {"breadcrumb": [(CONDITIONS, "")]}
    queryset = Condition.objects.prefetch_related(
        Prefetch(
            "by_treatments",
            TreatmentForCondition.objects.select_related("treatment").order_by(
                "treatment__position", "treatment__name"
            ),
        )
    )


@method_decorator(public_page, name="dispatch")
class ConditionDetail(DetailView):
    model = Condition

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        condition = self.object
        has_page = Exists(condition.by_treatments.filter(treatment=OuterRef("pk")))
        has_article = Exists(condition.article_versions.published().filter(treatments=OuterRef("pk")))
        treatments = Treatment.objects.alias(has_article=has_article).annotate(has_page=has_page)
        return super().get_context_data(**kwargs) | {
            "treatments": treatments.filter(Q(has_page=True) | Q(has_article=True)),
            "providers": condition.providers.listed(),
            "questions": condition.questions.all(),
            "articles": condition.article_versions.newest_articles(ARTICLES_SHOWN),
            "breadcrumb": [(CONDITIONS, reverse("providers:condition-list")), (condition.name, "")],
            "json_ld": [topic_page(condition)],
        }


@method_decorator(public_page, name="dispatch")
class TreatmentForConditionDetail(TemplateView):
    """One treatment for one condition: a page where the clinic wrote about both, else a redirect to the treatment."""

    template_name = "providers/treatment_for_condition.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.treatment = get_object_or_404(Treatment, slug=kwargs["treatment"])
        self.condition = get_object_or_404(Condition, slug=kwargs["condition"])
        pair = self.treatment.for_conditions.filter(condition=self.condition).select_related("condition").first()
        if pair is None:
            return redirect(self.treatment, permanent=True)
        self.pair = pair
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        treatment, condition = self.treatment, self.condition
        articles = treatment.article_versions.filter(conditions=condition)
        return super().get_context_data(**kwargs) | {
            "treatment": treatment,
            "condition": condition,
            "pair": self.pair,
            "heading": pair_name(treatment, condition),
            "providers": condition.providers.listed().filter(treatments=treatment),
            "articles": articles.newest_articles(ARTICLES_SHOWN),
            "breadcrumb": [
                (TREATMENTS, reverse("providers:treatment-list")),
                (treatment.name, treatment.get_absolute_url()),
                (condition.name, ""),
            ],
            "json_ld": [pair_page(self.pair)],
        }
