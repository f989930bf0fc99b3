from clinic.practice.models import ClinicProfile
from django.http import HttpRequest

def site(request: HttpRequest) -> dict:
    return {}
