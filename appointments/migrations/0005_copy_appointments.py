from datetime import timedelta

from django.db import migrations

AT_ONCE = 1000


def copy(apps, schema_editor):
    """Give every time that was agreed so far a row of its own. The columns it comes from stay one release."""
    requests = apps.get_model("appointments", "AppointmentRequest").objects
    Appointment = apps.get_model("appointments", "Appointment")
    agreed = requests.filter(appointment_at__isnull=False, appointments=None)
    rows, taken_until = [], {}
    for asked in agreed.order_by("appointment_at", "pk").iterator(chunk_size=AT_ONCE):
        starts_at, provider = asked.appointment_at, asked.appointment_with_id
        ends_at = starts_at + timedelta(minutes=minutes(asked))
        is_live = asked.status == "booked"
        overlaps = is_live and provider and starts_at < taken_until.get(provider, starts_at)
        if is_live and provider:
            taken_until[provider] = max(ends_at, taken_until.get(provider, ends_at))
        rows.append(
            Appointment(
                appointment_request=asked,
                provider_id=provider,
                starts_at=starts_at,
                ends_at=ends_at,
                # Nothing but the patient's word ended an appointment until now
                state="agreed" if is_live else "cancelled_by_patient",
                agreed_at=asked.last_event_at,
                may_overlap=bool(overlaps),
            )
        )
        if len(rows) == AT_ONCE:
            Appointment.objects.bulk_create(rows)
            rows = []
    Appointment.objects.bulk_create(rows)


def minutes(asked):
    """The lengths that a clinic starts with."""
    return {"first_visit": 60, "by_phone": 15}.get(asked.visit_type, 30)


class Migration(migrations.Migration):

    dependencies = [
        ('appointments', '0004_schedule'),
    ]

    operations = [
        migrations.RunPython(copy, migrations.RunPython.noop, elidable=True),
    ]
