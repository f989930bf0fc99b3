"""What a browser sends of a form in the admin."""

from django.test import Client


def shown(client: Client, address: str) -> dict:
    """Return what the form at this address would send, were nothing changed in it."""
    page = client.get(address).context
    formsets = [inline.formset for inline in page["inline_admin_formsets"]]
    forms = [page["adminform"].form]
    for formset in formsets:
        forms += [formset.management_form, *formset.forms]
    sent = {field.html_name: _as_sent(field) for form in forms for field in form}
    return {name: value for name, value in sent.items() if value is not None}


def _as_sent(field):
    value, widget = field.value(), field.field.widget
    if isinstance(value, bool):
        return "on" if value else None
    if isinstance(value, list):
        return [item.pk for item in value]
    if getattr(widget, "input_type", "") == "file":
        return None
    return widget.format_value(value) or ""
