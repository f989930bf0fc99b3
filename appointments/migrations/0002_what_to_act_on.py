import datetime

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now

CLOSED = ["answered", "declined", "unreachable", "duplicate", "spam", "cancelled"]


def plan_as_the_rules_now_do(apps, schema_editor):
    """What has left the queue has nothing planned any more; what was reopened after a contact is due at once."""
    requests = apps.get_model("appointments", "AppointmentRequest").objects
    requests.filter(status__in=["booked", *CLOSED], next_action_at__isnull=False).update(next_action_at=None)
    requests.filter(status="new", first_contact_at__isnull=False, next_action_at=None).update(next_action_at=Now())


class Migration(migrations.Migration):

    dependencies = [
        ('appointments', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(plan_as_the_rules_now_do, migrations.RunPython.noop, elidable=True),
        migrations.AddField(
            model_name='appointmentrequest',
            name='duplicate_of',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='duplicates', to='appointments.appointmentrequest', verbose_name='same as'),
        ),
        migrations.AddConstraint(
            model_name='appointmentrequest',
            constraint=models.CheckConstraint(condition=models.Q(('duplicate_of', models.F('id')), _negated=True), name='requests_no_duplicate_of_itself'),
        ),
        migrations.AddField(
            model_name='appointmentrequest',
            name='act_by',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(next_action_at__isnull=False, status__in=['new', 'contacting', 'offered', 'booked'], then=models.F('next_action_at')), models.When(first_contact_at=None, status__in=['new', 'contacting', 'offered'], then=models.F('reply_due_at')), models.When(status__in=['new', 'contacting', 'offered'], then=models.Value(datetime.datetime(9999, 12, 31, 0, 0, tzinfo=datetime.timezone.utc))), default=None), output_field=models.DateTimeField(null=True, verbose_name='act by')),
        ),
        migrations.AddIndex(
            model_name='appointmentrequest',
            index=models.Index(condition=models.Q(('act_by__isnull', False)), fields=['act_by', 'id'], name='requests_to_act_on'),
        ),
    ]
