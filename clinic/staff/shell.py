"""The frame of every staff page: where one goes all day, and the rest of the admin under one menu."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string

from clinic.staff.middleware import lacks_code

MOST_COUNTED = 100  # above it the exact number helps nobody, and counting would cost with every row


@dataclass(frozen=True)
class Place:
    """A link of the frame. `waiting` says how much work lies there, `news` is the address that says how much now."""

    label: str
    url: str
    waiting: int = 0
    news: str = ""

    @property
    def waiting_in_words(self) -> str:
        return counted(self.waiting)


@dataclass(frozen=True)
class Shell:
    """What the frame shows to one person: the places in their order, and the other pages they may open, by app."""

    places: list[Place]
    menu: list[dict[str, Any]] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        return sum(place.waiting for place in self.places)

    @property
    def waiting_in_words(self) -> str:
        return counted(self.waiting)


def shell(request: HttpRequest) -> dict:
    """The context processor; costs nothing until a template reads the name."""
    return {"shell": SimpleLazyObject(lambda: shell_of(request))}


def shell_of(request: HttpRequest) -> Shell | None:
    """Return the frame of this person's pages, or None for whoever is not at work here."""
    user = getattr(request, "user", None)
    if user is None or not (user.is_active and user.is_staff) or lacks_code(user):
        return None
    places = import_string(settings.STAFF_SHELL)(request)
    return Shell(places, menu_beside(places, request))


def menu_beside(places: list[Place], request: HttpRequest) -> list[dict[str, Any]]:
    """Return the apps with those of their models that this person may see and that no place leads to."""
    urls = {place.url for place in places}
    menu = []
    for app in admin.site.get_app_list(request):
        models = [model for model in app["models"] if model["admin_url"] and model["admin_url"] not in urls]
        if models:
            menu.append({"name": app["name"], "models": models})
    return menu


def counted(number: int) -> str:
    """Return a number in the frame's words: above ninety-nine it is only said that there are more."""
    return str(number) if number < MOST_COUNTED else f"{MOST_COUNTED - 1}+"
