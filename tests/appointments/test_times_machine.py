"""Whatever desk, patients, worker and clock do, in whatever order: no overlap is reachable and no hold is lost."""

import os
from datetime import datetime, timedelta
from itertools import combinations

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from appointments.models import Appointment, AppointmentRequest, OfferedTime
from appointments.moves import MoveRefused
from appointments.services import scheduling, visits
from appointments.services.scheduling import Slot
from appointments.services.triage import move
from appointments.visit_jobs import let_offers_run_out
from tests.factories import make_clinic, make_provider, make_request, make_user

ROUNDS = int(os.environ.get("MANY_ROUNDS", "15"))
Status = AppointmentRequest.Status
START = datetime(2027, 3, 8, 14, tzinfo=timezone.get_default_timezone())
QUARTER = timedelta(minutes=15)

requests = st.integers(0, 3)
quarters = st.integers(0, 8)
lengths = st.sampled_from([15, 30, 60])
providers = st.integers(0, 1)


class Times(RuleBasedStateMachine):
    """Four requests, two providers, one afternoon. Whoever is refused changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.clock = time_machine.travel(START - timedelta(days=3), tick=False)
        self.traveller = self.clock.start()
        make_clinic()
        self.rita = make_user(f"rita{id(self)}", "Front desk")
        self.providers = [make_provider() for _n in range(2)]
        self.requests = [make_request() for _n in range(4)]

    def teardown(self) -> None:
        self.clock.stop()
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def slot(self, provider: int, quarter: int, minutes: int) -> Slot:
        start = START + quarter * QUARTER
        return Slot(self.providers[provider], start, start + timedelta(minutes=minutes))

    def attempt(self, act, **facts) -> None:
        before = self.everything()
        try:
            with transaction.atomic():
                act(**facts)
        except (MoveRefused, ValueError):
            assert self.everything() == before

    def everything(self) -> list:
        return [
            list(model.objects.order_by("pk").values_list()) for model in (Appointment, OfferedTime, AppointmentRequest)
        ]

    @rule(number=requests, starts=st.lists(st.tuples(providers, quarters, lengths), max_size=6))
    def offer(self, number, starts):
        slots = [self.slot(*start) for start in starts]
        self.attempt(visits.offer, appointment_request=self.requests[number], slots=slots, by=self.rita)

    @rule(number=requests, which=st.integers(0, 5), by_desk=st.booleans())
    def take(self, number, which, by_desk):
        offered = list(self.requests[number].offered_times.all())
        if offered:
            by = self.rita if by_desk else None
            self.attempt(visits.take, offered_time=offered[which % len(offered)], by=by)

    @rule(number=requests)
    def none_suits(self, number):
        self.attempt(visits.decline_offers, appointment_request=self.requests[number])

    @rule(number=requests, provider=providers, quarter=quarters, minutes=lengths)
    def book_or_move(self, number, provider, quarter, minutes):
        slot = self.slot(provider, quarter, minutes)
        self.attempt(
            move,
            appointment_request=self.requests[number],
            to=Status.BOOKED,
            by=self.rita,
            appointment_at=slot.starts_at,
            appointment_with=slot.provider,
            minutes=minutes,
        )

    @rule(number=requests, wants_another=st.booleans())
    def patient_cancels(self, number, wants_another):
        facts = {"appointment_request": self.requests[number], "wants_another": wants_another}
        self.attempt(visits.cancel_for_patient, **facts)

    @rule(number=requests)
    def clinic_cancels(self, number):
        facts = {"appointment_request": self.requests[number], "reason": "other", "by": self.rita}
        self.attempt(visits.cancel_for_clinic, **facts)

    @rule(number=requests, to=st.sampled_from([Status.DECLINED, Status.CANCELLED, Status.NEW, Status.CONTACTING]))
    def desk_moves(self, number, to):
        self.attempt(move, appointment_request=self.requests[number], to=to, by=self.rita)

    @rule(number=requests, state=st.sampled_from(["came", "did_not_come"]), follow_up=st.booleans())
    def outcome(self, number, state, follow_up):
        if visit := self.requests[number].appointments.last():
            self.attempt(visits.set_outcome, appointment=visit, state=state, by=self.rita, follow_up=follow_up)

    @rule(hours=st.sampled_from([1, 8, 24, 48]))
    def time_passes(self, hours):
        self.traveller.shift(timedelta(hours=hours))

    @rule()
    def worker_looks(self):
        let_offers_run_out()

    @invariant()
    def nothing_overlaps(self):
        """Not among agreed and held times of one provider, whoever they are for."""
        now = timezone.now()
        live = [*Appointment.objects.agreed(), *OfferedTime.objects.held(now)]
        for one, other in combinations(live, 2):
            if one.provider_id == other.provider_id:
                assert one.ends_at <= other.starts_at or other.ends_at <= one.starts_at

    @invariant()
    def no_hold_is_lost(self):
        """A held time is one that its patient can still pick, and it keeps others out."""
        now = timezone.now()
        for held in OfferedTime.objects.held(now).select_related("provider", "appointment_request"):
            assert held.appointment_request.status in (Status.OFFERED, Status.BOOKED)
            assert not scheduling.is_free(Slot(held.provider, held.starts_at, held.ends_at), now=now)

    @invariant()
    def a_booked_request_has_its_one_appointment(self):
        for asked in AppointmentRequest.objects.prefetch_related("appointments"):
            agreed = [visit for visit in asked.appointments.all() if visit.is_live]
            assert len(agreed) <= 1
            if agreed:
                assert asked.status == Status.BOOKED
                assert (asked.appointment_at, asked.appointment_with_id) == (agreed[0].starts_at, agreed[0].provider_id)
            assert asked.status != Status.OFFERED or asked.offered_times.exists()


@pytest.mark.django_db
def test_no_overlap_is_reachable():
    profile = settings(
        max_examples=ROUNDS, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Times, settings=profile)
