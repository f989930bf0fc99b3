"""Pictures of the place, as rows under the clinic's profile."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.core.pictures import PictureField


class PlacePictureQuerySet(models.QuerySet["PlacePicture"]):
    def on(self, page: str) -> "PlacePictureQuerySet":
        """Those for one page, a value of `PlacePicture.Page`."""
        return self.filter(shown_on=page)


class PlacePicture(models.Model):
    """What the clinic looks like: its door, its desk, a room."""

    class Page(models.TextChoices):
        HOME = "home", _("Home")
        FIRST_VISIT = "first-visit", _("First visit")
        CONTACT = "contact", _("Contact")

    clinic = models.ForeignKey(
        "practice.ClinicProfile", on_delete=models.CASCADE, related_name="pictures", default=1, editable=False
    )
    picture = PictureField(_("picture"), upload_to="place/", width_field="width", height_field="height")
    width = models.PositiveIntegerField(editable=False, default=0)
    height = models.PositiveIntegerField(editable=False, default=0)
    alt = models.CharField(_("what it shows"), max_length=200, help_text=_("For readers who cannot see it."))
    caption = models.CharField(_("caption"), max_length=160, blank=True)
    shown_on = models.CharField(
        _("shown on"),
        max_length=20,
        choices=Page.choices,
        default=Page.HOME,
        help_text=_("The first one on Home stands at its top. First visit is the page “first-visit”."),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = PlacePictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture of the place")
        verbose_name_plural = _("pictures of the place")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.alt
