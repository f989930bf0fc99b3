"""What the demo's patients asked and what became of it.

The people are invented. Notes hold nothing medical, as the form asks of patients.
"""

from datetime import datetime

from appointments.models import AppointmentRequest
from articles.models import Article
from clinic.demo.day import Day
from clinic.demo.making import Maker
from providers.models import Provider, Treatment

Status = AppointmentRequest.Status
Via = AppointmentRequest.EnteredVia


def tell_requests(maker: Maker, now: datetime) -> None:
    """Store the demo's requests, as many stories as a busy morning has."""
    day = Day(maker, now)
    tell_waiting(day)
    tell_to_check(day)
    tell_being_worked_on(day)
    tell_booked(day)
    tell_answered(day)
    tell_closed(day)
    tell_called_off(day)


# A step a line, a story a block: the numbers down the left are open hours ago.
# fmt: off


def tell_waiting(day: Day) -> None:
    """Nobody has tried to reach these yet: some too late, some due soon, one mail that did not arrive."""
    day.asked(
        6.3, "Harold Jenkins", visit_type="follow_up", provider=provider("jason-williams"),
        best_time="morning", voicemail_ok=True, preferred_days=[0, 1, 2], preferred_time="morning",
    )
    day.asked(
        5.1, "Keisha Monroe", contact_method="text", preferred_time="afternoon",
        source_treatment=treatment("dry-needling"), note="Away Thursday and Friday.",
    )
    day.asked(
        3.7, "Linh Tran", email="linh.tran@example.org", provider=provider("jason-williams"), voicemail_ok=False,
        source_article=article("reasons-to-try-dry-needling-for-low-back-pain"), best_time="afternoon",
        note="I work nights; please call after noon.",
    ).claimed_just_now()
    day.asked(
        3.3, "Tobias Feldman", contact_method="email", email="tobias.feldman@example.com", visit_type="new_problem",
        preferred_days=[4, 5],
    ).refused_mail()
    day.asked(
        2.4, "Ruth Castellanos", via=Via.VOICEMAIL, voicemail_ok=True, visit_type="by_phone",
        note="Back from Charlotte on Friday.",
    )
    day.wondered(
        1.6, "Gregory Whitfield", "Do you take a flexible spending card, and do I get an itemized receipt?",
        contact_method="email", phone="", email="g.whitfield@example.org",
    )
    day.asked(
        0.9, "Mateo Villanueva", patient_relation="child", requester_name="Carmen Villanueva",
        preferred_language="Spanish", provider=provider("marisol-reyes"), email="carmen.villanueva@example.com",
        preferred_time="afternoon", note="After school, please.",
    )
    day.asked(
        0.1, "Priya Natarajan", contact_method="email", email="priya.natarajan@example.com",
        provider=provider("ngozi-okafor"), source_article=article("dry-needling-for-neck-pain-relief"),
        preferred_time="morning", is_mail_waiting=True,
    )


def tell_to_check(day: Day) -> None:
    """A person who was quick, and a robot: both wait to be told apart."""
    day.asked(
        1.2, "Walter Brandt", patient_relation="other", requester_name="Annika Brandt", suspicions=["too_fast"],
        visit_type="follow_up", note="Step-free access, please.",
    )
    day.wondered(
        4.4, "Top Rank Partners", "We can bring your clinic to page one of every search engine. Reply for our prices.",
        suspicions=["honeypot", "no_form_token"], contact_method="email", phone="", email="hello@toprank.example.com",
    )


def tell_being_worked_on(day: Day) -> None:
    """Tried and not yet reached, or waiting for the patient to choose."""
    slot = day.clock.slot
    day.asked(
        9.5, "Aisha Rahman", best_time="afternoon", voicemail_ok=True, email="aisha.rahman@example.org",
    ).tried(
        6.1, "voicemail", "Said who we are and when we are open.", call_back_at=day.clock.ago(0.2),
    )
    day.asked(
        13.2, "Thomas Lindqvist", contact_method="text", visit_type="follow_up",
    ).tried(
        10.5, "no_answer",
    ).tried(
        3.9, "no_answer", call_back_at=day.clock.slot(1, 2),
    ).noted(
        3.8, "Text sent as asked; next try tomorrow.",
    )
    day.asked(
        7.4, "Yelena Petrova", suspicions=["too_fast"], note="Russian interpreter, if there is one.",
    ).moved(
        6.6, Status.NEW, "A person, not a robot.",
    ).tried(
        4.8, "voicemail",
    )
    day.asked(
        11.8, "Daniel Kim", email="daniel.kim@example.com", preferred_days=[1, 3], preferred_time="morning",
        source_article=article("training-through-a-crossfit-or-jiu-jitsu-injury"),
    ).tried(
        4.3, "spoke", "Wants to see the calendar first.",
    ).offered(
        4.2, ("jason-williams", slot(2, 8)), ("jason-williams", slot(3, 2)), ("ngozi-okafor", slot(3, 4)),
    )
    day.asked(
        8.2, "Denise Okonkwo-Park", via=Via.WALK_IN, contact_method="email", email="denise.okonkwo@example.org",
    ).offered(
        3.4, *[("marisol-reyes", slot(day_ahead, 12)) for day_ahead in (2, 3, 4)], text="Afternoons only.",
    )


def tell_booked(day: Day) -> None:
    """Agreed times ahead, one of them moved."""
    slot = day.clock.slot
    day.asked(
        15.5, "Samuel Whitehorse", email="samuel.whitehorse@example.com", visit_type="follow_up",
    ).tried(
        12.4, "spoke",
    ).booked(
        12.3, slot(1, 2), "jason-williams",
    )
    day.asked(
        20.3, "Fatima El-Sayed", provider=provider("ngozi-okafor"), preferred_time="morning",
    ).tried(
        17.9, "voicemail",
    ).booked(
        15.2, slot(2, 1), "ngozi-okafor", "Called back.",
    )
    day.asked(
        18.6, "Rosa Delgado", via=Via.PHONE, preferred_language="Spanish", provider=provider("marisol-reyes"),
        email="rosa.delgado@example.org",
    ).booked(
        18.5, slot(1, 4), "marisol-reyes",
    ).booked(
        7.0, slot(3, 3), "marisol-reyes", "She called: her shift changed.",
    )
    day.asked(
        25.7, "Benjamin Okoye", visit_type="follow_up", contact_method="text",
    ).tried(
        23.0, "spoke",
    ).booked(
        22.9, slot(4, 0), "ngozi-okafor",
    )


def tell_answered(day: Day) -> None:
    """Questions that have their answer."""
    day.wondered(
        22.4, "Margaret O’Connell", "What does a first visit cost without insurance?", contact_method="email",
        phone="", email="m.oconnell@example.com",
    ).moved(
        20.1, Status.ANSWERED, "Wrote back with the fees page.",
    )
    day.wondered(
        30.8, "Jamal Carter", "Is there a parking space for a van with a ramp?",
    ).tried(
        28.7, "spoke",
    ).moved(
        28.6, Status.ANSWERED, "Two accessible spaces by the entrance.",
    )


def tell_closed(day: Day) -> None:
    """Closed without an appointment: nothing fits, nobody answers, asked twice, a robot."""
    day.asked(
        26.2, "Susan Blackwell", email="susan.blackwell@example.org", note="Evenings after seven only.",
    ).tried(
        24.3, "spoke",
    ).moved(
        24.2, Status.DECLINED, "Needs evenings after seven, when we are closed. Gave her two other clinics.",
    )
    day.asked(
        44.5, "Andre Baptiste", email="andre.baptiste@example.com", voicemail_ok=True,
    ).tried(
        41.6, "no_answer",
    ).tried(
        33.2, "voicemail",
    ).tried(
        21.8, "no_answer",
    ).moved(
        21.7, Status.UNREACHABLE,
    )
    day.asked(
        5.6, "Aisha Rahman", via=Via.VOICEMAIL, phone=phone_of("Aisha Rahman"), visit_type="by_phone",
    ).moved(
        5.2, Status.DUPLICATE, "The same person asked on the website.", duplicate_of=earlier_of("Aisha Rahman"),
    )
    day.wondered(
        19.1, "Cheap Web Leads", "Buy ten thousand visitors today.", suspicions=["honeypot"],
        contact_method="email", phone="", email="sales@leads.example.com",
    ).moved(
        16.8, Status.SPAM,
    )


def tell_called_off(day: Day) -> None:
    """The patient thought better of it, before an appointment and after."""
    day.asked(
        14.4, "Hannah Yoder", contact_method="email", email="hannah.yoder@example.com",
    ).withdrawn(
        13.6,
    )
    day.asked(
        29.3, "Vikram Shah", email="vikram.shah@example.org", visit_type="new_problem",
    ).tried(
        26.9, "spoke",
    ).booked(
        26.8, day.clock.slot(2, 5), "jason-williams",
    ).moved(
        10.8, Status.CANCELLED, "He called: he is out of town that day.",
    )
# fmt: on


def provider(slug: str) -> Provider:
    return Provider.objects.get(slug=slug)


def treatment(slug: str) -> Treatment:
    return Treatment.objects.get(slug=slug)


def article(slug: str) -> Article:
    return Article.objects.get(slug=slug)


def earlier_of(name: str) -> AppointmentRequest:
    return AppointmentRequest.objects.filter(patient_name=name).earliest("created_at")


def phone_of(name: str) -> str:
    return earlier_of(name).phone
