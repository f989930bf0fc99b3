import pytest
from django.conf import settings

if not settings.DEMO:  # its models cannot even be imported then
    pytest.skip("needs the demo clinic (DEMO=1)", allow_module_level=True)
