from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from django.db.models import Q
from django.forms import CheckboxSelectMultiple
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from articles.editing import views as editing
from articles.editing.forms import ArticleForm, CitationForm, ScheduleForm
from articles.editing.status import form_context, status_text
from articles.models import Article, ArticleImage, ArticleVersion, Citation
from articles.services import workflow
from articles.services.publishing import CannotPublish
from articles.services.workflow import NotAllowed
from clinic.core.admin import ProseAdmin, ReadOnlyAdmin
from clinic.core.prose import ILLUSTRATED
from clinic.redirects.admin import RedirectOnSlugChange


class OfAnArticle:
    """Citations and pictures go with their article: whoever may edit it may edit them."""

    def has_add_permission(self, request, obj: Any = None) -> bool:
        return self._may_edit(request, obj)

    def has_change_permission(self, request, obj: Any = None) -> bool:
        return self._may_edit(request, obj)

    def has_delete_permission(self, request, obj: Any = None) -> bool:
        return self._may_edit(request, obj)

    def _may_edit(self, request, article: Any) -> bool:
        if article is None:
            return request.user.has_perm("articles.add_article")
        return workflow.may_edit(request.user, article)


class CitationInline(OfAnArticle, admin.StackedInline):
    model = Citation
    form = CitationForm
    extra = 0
    formfield_overrides = {
        models.URLField: {"assume_scheme": "https"},
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})},
    }


class ArticleImageInline(OfAnArticle, admin.StackedInline):
    model = ArticleImage
    extra = 0


@admin.register(Article)
class ArticleAdmin(RedirectOnSlugChange, ProseAdmin):
    """The working copy. Providers see their own; what the public reads changes only by publishing."""

    form = ArticleForm
    list_display = ["title", "author", "status_text", "next_review_on", "updated_at"]
    list_filter = ["status", "author", "treatments", "conditions"]
    list_select_related = ["author", "live"]
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    inlines = [CitationInline, ArticleImageInline]
    fieldsets = [
        (None, {"fields": ["title", "slug", "author", "reviewer", "summary", "intro", "key_points", "body", "copy"]}),
        (_("Safety"), {"fields": ["urgent_advice", "who_should_not"]}),
        (
            _("Picture and links"),
            {"fields": ["picture", ("video_url", "video_title"), "treatments", "conditions", "related"]},
        ),
        (_("Review"), {"fields": ["last_reviewed_on", "next_review_on"]}),
    ]
    # Both move only with a reviewer's approval
    readonly_fields = ["last_reviewed_on", "next_review_on"]

    class Media:
        js = ["js/editor.js"]
        css = {"all": ["css/desk.css"]}

    @admin.display(description=_("status"), ordering="status")
    def status_text(self, article: Article) -> str:
        return status_text(article)

    # Who

    def get_queryset(self, request):
        articles = super().get_queryset(request).select_related("author", "reviewer", "live")
        if workflow.is_manager(request.user):
            return articles
        return articles.filter(Q(author__user=request.user) | Q(reviewer__user=request.user))

    def has_change_permission(self, request, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or workflow.may_edit(request.user, obj))

    def has_view_permission(self, request, obj: Any = None) -> bool:
        allowed = super().has_view_permission(request, obj)
        return allowed and (obj is None or workflow.may_read(request.user, obj))

    # The form

    def formfield_for_dbfield(self, db_field: Any, request, **kwargs: Any):
        article_id = request.resolver_match.kwargs.get("object_id")
        if db_field.name == "body" and article_id:
            picker = {"pickerUrl": reverse("admin:articles_article_pictures", args=[article_id])}
            kwargs["config"] = {"extensions": ILLUSTRATED | {"Figure": picker}}
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request, **kwargs: Any):
        if db_field.name == "author" and not workflow.is_manager(request.user):
            kwargs["queryset"] = db_field.related_model.objects.filter(user=request.user)
        if db_field.name == "picture":
            article_id = request.resolver_match.kwargs.get("object_id")
            kwargs["queryset"] = ArticleImage.objects.filter(article_id=article_id)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request, **kwargs: Any):
        """Boxes to tick: no list to scroll with a key held down."""
        kwargs["widget"] = CheckboxSelectMultiple
        if db_field.name == "related":
            article_id = request.resolver_match.kwargs.get("object_id")
            kwargs["queryset"] = Article.objects.order_by("title").exclude(pk=article_id)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request) -> dict[str, Any]:
        provider = getattr(request.user, "provider", None)
        return super().get_changeform_initial_data(request) | ({"author": provider.pk} if provider else {})

    def get_prepopulated_fields(self, request, obj: Any = None):
        return {} if obj else self.prepopulated_fields

    def render_change_form(self, request, context: dict, *args: Any, **kwargs: Any) -> HttpResponse:
        article = kwargs.get("obj")
        if article:
            typed = request.GET if "_publish_at" in request.GET else None
            context |= form_context(article, request.user) | {"schedule_form": ScheduleForm(typed, label_suffix="")}
        context |= {"show_save_and_add_another": False}
        return super().render_change_form(request, context, *args, **kwargs)

    # Saving, and the steps

    def save_related(self, request, form: ArticleForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change and (form.changed_content or any(formset.has_changed() for formset in formsets)):
            workflow.edited(form.instance)

    def response_change(self, request, obj: Article) -> HttpResponse:
        """What was typed is saved; now the step whose button was pressed."""
        name = request.POST.get("_step", "")
        if name not in workflow.STEPS:
            return super().response_change(request, obj)
        this_page = reverse("admin:articles_article_change", args=[obj.pk])
        facts: dict[str, Any] = {}
        if name == "schedule":
            form = ScheduleForm(request.POST)
            if not form.is_valid():  # the page shows again what was typed, and what is wrong with it
                messages.success(request, _now("What you typed is saved."))
                typed = urlencode({"_publish_at": request.POST.get("_publish_at", "")})
                return HttpResponseRedirect(f"{this_page}?{typed}#id__publish_at")
            facts = form.cleaned_data
        take_and_tell(request, obj, name, **facts)
        return HttpResponseRedirect(this_page)

    def get_urls(self):
        pages = {
            "review": editing.review,
            "preview": editing.preview,
            "preview/page": editing.preview_page,
            "versions": editing.versions,
            "compare": editing.compare,
            "pictures": editing.pictures,
        }
        own = [
            path(
                f"<int:pk>/{page}/",
                self.admin_site.admin_view(view),
                name=f"articles_article_{page.replace('/', '_')}",
            )
            for page, view in pages.items()
        ]
        return own + super().get_urls()


def take_and_tell(request: Any, article: Article, name: str, **facts: Any) -> None:
    """Take a step and say how it went, on the next page."""
    try:
        workflow.take(name, article=article, by=request.user, **facts)
    except (CannotPublish, NotAllowed) as refusal:
        messages.success(request, _now("What you typed is saved."))
        for problem in getattr(refusal, "problems", []) or [refusal]:
            messages.error(request, getattr(problem, "message", str(problem)))
    else:
        messages.success(request, _now("“%(title)s”: %(status)s.") % {"title": article, "status": status_text(article)})


@admin.register(ArticleVersion)
class ArticleVersionAdmin(ReadOnlyAdmin):
    """What was published, when and by whom. Never edited."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_display = ["article", "number", "published_at", "published_by"]
    list_select_related = ["article", "published_by"]

    def get_queryset(self, request):
        versions = super().get_queryset(request)
        return versions if workflow.is_manager(request.user) else versions.filter(article__author__user=request.user)
