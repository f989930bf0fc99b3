"""The least Django that can show the same articles: one file, bare templates, only the middleware that compresses.

Measured beside the product on the database of the product, so both show the same rows (benchmarks/articles.py).
"""

import os

import django
from django.conf import settings

BASE = (
    "<!doctype html><html lang=en><title>{% block title %}{% endblock %}</title>"
    "{% block content %}{% endblock %}</html>"
)
LIST = (
    '{% extends "base" %}{% block title %}Articles{% endblock %}{% block content %}<h1>Articles</h1>'
    '{% for article in page %}<article><h2><a href="/articles/{{ article.slug }}/">{{ article.live.title }}</a></h2>'
    "<p>{{ article.live.summary }}</p><p>{{ article.live.author.name }}, {{ article.first_published_at|date }}</p>"
    "</article>{% endfor %}{{ page.number }} of {{ page.paginator.num_pages }}{% endblock %}"
)
ARTICLE = (
    '{% extends "base" %}{% block title %}{{ article.live.title }}{% endblock %}{% block content %}'
    "<h1>{{ article.live.title }}</h1><p>{{ article.live.author.name }}, {{ article.first_published_at|date }}</p>"
    "{{ article.live.body_html|safe }}{% endblock %}"
)
TEMPLATES = {"base": BASE, "list": LIST, "article": ARTICLE}
CACHED = ("django.template.loaders.cached.Loader", [("django.template.loaders.locmem.Loader", TEMPLATES)])

settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["DATABASE_URL"].removeprefix("sqlite:///"),
            "CONN_MAX_AGE": None,
        }
    },
    MIDDLEWARE=["django.middleware.gzip.GZipMiddleware", "django.middleware.common.CommonMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"loaders": [CACHED]}}],
)
django.setup()

from django.core.paginator import Paginator  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.shortcuts import get_object_or_404, render  # noqa: E402
from django.urls import path  # noqa: E402


class Provider(models.Model):
    name = models.TextField()

    class Meta:
        app_label, managed, db_table = "floor", False, "providers_provider"


class Version(models.Model):
    title = models.TextField()
    summary = models.TextField()
    body_html = models.TextField()
    author = models.ForeignKey(Provider, models.CASCADE)

    class Meta:
        app_label, managed, db_table = "floor", False, "articles_articleversion"


class Article(models.Model):
    slug = models.TextField()
    first_published_at = models.DateTimeField()
    live = models.ForeignKey(Version, models.CASCADE)

    class Meta:
        app_label, managed, db_table = "floor", False, "articles_article"


ARTICLES = Article.objects.select_related("live__author")


def listed(request):
    found = ARTICLES.defer("live__body_html").order_by("-first_published_at")
    if words := request.GET.get("q"):
        found = found.filter(models.Q(live__title__icontains=words) | models.Q(live__body_html__icontains=words))
    return render(request, "list", {"page": Paginator(found, 12).get_page(request.GET.get("page"))})


def shown(request, slug):
    return render(request, "article", {"article": get_object_or_404(ARTICLES, slug=slug)})


urlpatterns = [path("articles/", listed), path("articles/<slug:slug>/", shown)]
application = get_wsgi_application()
