"""Patients who fill in the real form over HTTP, and press "send" again when no answer comes."""

import random
import re
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

from tests.processes import Site

FORM = "/appointments/request/"
STATUS_PAGE = "/appointments/status/"
GIVES_UP_AFTER = 90.0


@dataclass
class Patient:
    name: str
    address: str
    stamp: str = ""
    tries: int = 0
    is_acknowledged: bool = False

    def answers(self) -> dict:
        return {
            "patient_relation": "self",
            "patient_name": self.name,
            "visit_type": "new_problem",
            "contact_method": "email",
            "email": f"{self.name.replace(' ', '.').lower()}@example.org",
            "stamp": self.stamp,
        }

    def open_form(self, site: Site) -> None:
        status, _location, page = self._ask(site, "GET")
        assert status == 200
        self.stamp = re.search(r'name="stamp" value="([^"]+)"', page)[1]

    def send(self, site: Site) -> None:
        """Post until the site leads to the status page: only then does the patient know it is stored."""
        deadline = time.monotonic() + GIVES_UP_AFTER
        while not self.is_acknowledged and time.monotonic() < deadline:
            self.tries += 1
            try:
                status, location, _page = self._ask(site, "POST", urlencode(self.answers()))
                self.is_acknowledged = status == 302 and location == STATUS_PAGE
            except (OSError, HTTPException):
                pass  # nobody answered, or died while answering
            if not self.is_acknowledged:
                time.sleep(0.3)

    def _ask(self, site: Site, method: str, body: str = "") -> tuple[int, str, str]:
        connection = HTTPConnection("127.0.0.1", site.port, timeout=20)
        headers = {"X-Forwarded-For": self.address, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request(method, FORM, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        finally:
            connection.close()


@dataclass
class Crowd:
    """So many patients, of whom a few are sending at any moment."""

    site: Site
    size: int
    at_once: int
    seconds: float
    patients: list[Patient] = field(init=False)

    def __post_init__(self) -> None:
        self.patients = [
            Patient(f"Patient Number{number}", f"10.0.{number // 200}.{number % 200 + 1}")
            for number in range(self.size)
        ]

    def open_forms(self) -> None:
        self._all(lambda patient: patient.open_form(self.site))
        time.sleep(3.5)  # nobody fills in the form faster

    def send(self) -> None:
        """Spread over `seconds`, each thread at a pace of its own."""
        pause = self.seconds * self.at_once / self.size

        def send(patient: Patient) -> None:
            time.sleep(random.uniform(0, 2 * pause))
            patient.send(self.site)

        self._all(send)

    def _all(self, do) -> None:
        waiting, lock, errors = list(self.patients), threading.Lock(), []

        def work() -> None:
            while True:
                with lock:
                    if not waiting:
                        return
                    patient = waiting.pop(0)
                try:
                    do(patient)
                except Exception as error:
                    errors.append(error)

        threads = [threading.Thread(target=work) for _n in range(self.at_once)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not errors
