"""What the web server serves."""

import os
from wsgiref.types import WSGIApplication

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

application: WSGIApplication = get_wsgi_application()

from django.conf import settings  # noqa: E402  (models load with the application)

from clinic.core.loading import load_everything  # noqa: E402
from clinic.pages.kept import KeptPages  # noqa: E402
from clinic.practice.contact_file import save_current_contact  # noqa: E402

load_everything()
save_current_contact()  # now, while the database answers: error pages need it when it does not

if settings.KEEP_PAGES:
    application = KeptPages(application)
