from django.urls import path

from articles import feeds, views

app_name = "articles"
urlpatterns = [
    path("", views.ArticleList.as_view(), name="list"),
    path("feed/", feeds.ArticleFeed(), name="feed"),
    path("<slug:slug>/", views.ArticleDetail.as_view(), name="detail"),
]
