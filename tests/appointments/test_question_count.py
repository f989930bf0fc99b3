"""How much the forms ask. docs/asking.md states these numbers: a new question changes both."""

import pytest

from appointments.forms import AppointmentRequestForm, QuestionForm


@pytest.mark.parametrize(("form", "asked", "needed"), [(AppointmentRequestForm, 14, 4), (QuestionForm, 5, 3)])
def test_the_forms_ask_no_more_than_they_say(clinic, form, asked, needed):
    fields = {name: field for name, field in form(clinic=clinic).fields.items() if name not in ("stamp", "website")}
    assert len(fields) == asked
    assert sum(field.required for field in fields.values()) == needed
