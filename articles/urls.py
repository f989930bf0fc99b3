from django.urls import path

from articles import feeds, views

app_name = "articles"
urlpatterns = [
    path("articles/", views.ArticleList.as_view(), name="list"),
    path("articles/feed/", feeds.ArticleFeed(), name="feed"),
    path("articles/<slug:slug>/", views.ArticleDetail.as_view(), name="detail"),
    path("treatments/<slug:slug>/feed/", feeds.TreatmentFeed(), name="treatment-feed"),
]
