from django.contrib import admin, messages
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from articles.models import Article, ArticleImage, ArticleVersion, Citation
from articles.publishing import CannotPublish, publish, retire
from clinic.practice.addresses import KeepsOldAddress
from clinic.practice.prose_admin import ProseAdmin


class CitationInline(admin.StackedInline):
    model = Citation
    extra = 0
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}


class ArticleImageInline(admin.StackedInline):
    model = ArticleImage
    extra = 0


@admin.register(Article)
class ArticleAdmin(KeepsOldAddress, ProseAdmin, admin.ModelAdmin):
    """The working copy. Providers see their own; what the public reads changes only by publishing."""

    list_display = ["title", "author", "is_published", "last_reviewed_on", "next_review_on", "updated_at"]
    list_filter = ["author", "treatments", "conditions"]
    list_select_related = ["author"]
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}
    filter_horizontal = ["treatments", "conditions", "related"]
    inlines = [CitationInline, ArticleImageInline]
    actions = ["publish_now", "retire_now"]
    fieldsets = [
        (None, {"fields": ["title", "slug", "author", "summary", "intro", "key_points", "body"]}),
        (_("Safety"), {"fields": ["urgent_advice", "who_should_not"]}),
        (_("Picture and links"), {"fields": ["picture", "treatments", "conditions", "related"]}),
        (_("Review"), {"fields": ["reviewer", "last_reviewed_on", "next_review_on"]}),
    ]

    @admin.display(boolean=True, description=_("published"))
    def is_published(self, article: Article) -> bool:
        return article.is_published

    def is_own_only(self, request) -> bool:
        """May write articles, but not delete them: a provider, not a manager."""
        return not request.user.has_perm("articles.delete_article")

    def get_queryset(self, request):
        articles = super().get_queryset(request)
        return articles.filter(author__user=request.user) if self.is_own_only(request) else articles

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "author" and self.is_own_only(request):
            kwargs["queryset"] = db_field.related_model.objects.filter(user=request.user)
        if db_field.name == "picture":
            article_id = request.resolver_match.kwargs.get("object_id")
            kwargs["queryset"] = ArticleImage.objects.filter(article_id=article_id)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.action(description=_("Publish now"), permissions=["change"])
    def publish_now(self, request, queryset) -> None:
        for article in queryset:
            try:
                publish(article=article, by=request.user)
            except CannotPublish as missing:
                self.message_user(request, f"{article}: {missing}", messages.ERROR)
            else:
                self.message_user(request, gettext("“%(title)s” is published.") % {"title": article})

    @admin.action(description=_("Take off the site"), permissions=["change"])
    def retire_now(self, request, queryset) -> None:
        for article in queryset:
            retire(article=article, by=request.user)
            self.message_user(request, gettext("“%(title)s” is off the site.") % {"title": article})


@admin.register(ArticleVersion)
class ArticleVersionAdmin(admin.ModelAdmin):
    """What was published, when and by whom. Never edited."""

    list_display = ["article", "number", "published_at", "published_by"]
    list_select_related = ["article", "published_by"]

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
