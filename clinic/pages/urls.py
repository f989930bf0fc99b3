from django.urls import path

from appointments.views import contact
from clinic.pages import health, media, sitemaps, views

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("contact/", contact, name="contact"),
    path("search/", views.search, name="search"),
    path("favicon.ico", media.favicon, name="favicon"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("monitor", health.monitor, name="monitor"),
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path(".well-known/security.txt", sitemaps.security_txt, name="security-txt"),
    path("media/<path:path>", media.media, name="media"),
    path("<slug:slug>/", views.plain_page, name="page"),
]
