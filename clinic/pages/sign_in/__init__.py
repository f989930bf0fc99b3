"""How staff sign in: a password, then a code from their phone.

django-allauth does the work; what stands here is what the clinic adds to it:

- `limits`: ten wrong guesses in five minutes close a door, and the right person still gets in;
- `encryption`: the secrets behind the codes are unreadable in the database and its backups;
- `middleware`: half an hour without a sign of life signs out, and nobody works without a second factor.

Nobody signs up, and a forgotten password is set anew by a manager, so no mail is ever involved.
"""
