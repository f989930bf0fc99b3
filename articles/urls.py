from django.urls import path

from articles import feeds, views
from articles.editing import preview
from clinic.core.http import public_page

app_name = "articles"
urlpatterns = [
    path("articles/", views.ArticleList.as_view(), name="list"),
    path("articles/feed/", public_page(feeds.ArticleFeed()), name="feed"),
    path("articles/preview/<str:token>/", preview.shared_preview, name="preview"),
    path("articles/<slug:slug>/", views.ArticleDetail.as_view(), name="detail"),
    path("treatments/<slug:slug>/feed/", public_page(feeds.ArticleFeed()), name="treatment-feed"),
]
