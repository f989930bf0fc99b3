from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from clinic.staff.middleware import seconds_left


@require_safe
def session(request: HttpRequest) -> HttpResponse:
    """Tell static/js/idle.js how many seconds are left; asked without X-Background: 1, it is a sign of life itself."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    return JsonResponse({"seconds": seconds_left(request)})
