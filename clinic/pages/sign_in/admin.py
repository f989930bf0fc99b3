"""What django-allauth shows in the admin and nobody here needs: addresses it never mails to, and encrypted secrets."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin

admin.site.unregister([EmailAddress, Authenticator])
