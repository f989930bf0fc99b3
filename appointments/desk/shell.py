"""Where the frame of every staff page leads: the front desk's places, for whoever may open them."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from appointments.models import AppointmentRequest
from clinic.practice.models import ClinicProfile
from clinic.staff.shell import MOST_COUNTED, Place

VIEW, ADD = "appointments.view_appointmentrequest", "appointments.add_appointmentrequest"
SEE_DAY = "appointments.view_appointment"
MANAGES = "appointments.view_requestview"


def places(request: HttpRequest) -> list[Place]:
    """Return the places of this person, in the order of a day's work."""
    may = request.user.has_perm
    found = [Place(_("Today"), reverse("admin:index"))]
    if may("practice.change_clinicprofile") and not ClinicProfile.objects.current().is_open_to_public:
        found.append(Place(_("Before you open"), reverse("opening:page")))
    if may(VIEW):
        found.append(queue())
    if may(SEE_DAY):
        found.append(Place(_("Day"), reverse("admin:appointments_day")))
    if may(VIEW):
        found.append(Place(_("Find"), reverse("admin:appointments_find")))
    if may(ADD):
        found.append(Place(_("Enter a call"), reverse("admin:appointments_phone_in")))
    if may("mail.view_outgoingemail"):
        found.append(Place(_("Mail"), reverse("admin:mail_outgoingemail_changelist")))
    if may(MANAGES):
        found.append(Place(_("Numbers"), reverse("numbers:page")))
    return found


def queue() -> Place:
    """Return the queue, with how many wait for a reply and where to ask how many came since."""
    newest = AppointmentRequest.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return Place(
        _("Queue"),
        reverse("admin:appointments_appointmentrequest_changelist"),
        waiting=count_waiting(),
        news=reverse("admin:appointments_news", args=[newest]),
    )


def count_waiting() -> int:
    """Return how many wait for a reply; counting stops where the frame says only that there are more."""
    return AppointmentRequest.objects.awaiting_reply()[:MOST_COUNTED].count()
