"""What the mails about accounts look up when they leave."""

from django import template
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from clinic.staff.links import password_link

register = template.Library()


@register.simple_tag
def invitation(user_id: int) -> dict:
    """Return the account, and a link on which its owner chooses a password, signed now."""
    user = User.objects.get(pk=user_id)
    url, until = password_link(user)
    return {"user": user, "url": url, "until": until}


@register.simple_tag
def codes_reset(entry_id: int) -> dict:
    """Return who reset whose codes, when and why."""
    entry = LogEntry.objects.select_related("user").get(pk=entry_id)
    return {"by": entry.user, "user": entry.get_edited_object(), "at": entry.action_time, "why": entry.change_message}
