"""Times that make the demo's queue look like a working morning, at whatever hour it is loaded."""

from datetime import datetime, timedelta

from django.utils import timezone

from clinic.practice.hours import OpenTime

DAYS = 400  # how far open time is looked for, either way


class Clock:
    """Counts in open hours from the moment of loading, so that nobody in the demo works at night."""

    def __init__(self, now: datetime, hours: OpenTime) -> None:
        self.now = now
        self.hours = hours
        self.today = timezone.localdate(now)

    def ago(self, open_hours: float) -> datetime:
        """Return the instant since which this many open hours have passed."""
        left = timedelta(hours=open_hours)
        for days in range(DAYS):
            for opens, closes in reversed(self.hours.spans(self.today - timedelta(days=days))):
                ends = min(closes, self.now)
                if ends - opens >= left:
                    return ends - left
                left -= max(ends - opens, timedelta(0))
        raise ValueError(f"the demo's clinic is not open for {open_hours} hours in {DAYS} days")

    def slot(self, open_days: int, half_hour: int) -> datetime:
        """Return the start of a half hour (the first is 0) on the nth day ahead that the clinic opens."""
        ahead = (self.hours.spans(self.today + timedelta(days=days)) for days in range(1, DAYS))
        spans = [spans for spans in ahead if spans][open_days - 1]
        return spans[0][0] + half_hour * timedelta(minutes=30)
