from django import template

from appointments.links import status_url

register = template.Library()

# The absolute address of a request's status page, signed now: it lasts from the moment the mail leaves
register.simple_tag(status_url, name="status_link")
