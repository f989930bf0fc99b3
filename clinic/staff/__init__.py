"""Who works here and how they sign in: a password, then a code from their phone.

django-allauth does the work; what stands here is what the clinic adds to it:

- `throttling`: ten wrong attempts in five minutes are the most, and the right person still gets in;
- `encryption`: the secrets behind the codes are unreadable in the database and its backups;
- `middleware`: half an hour without a sign of life signs out, and nobody works without a second factor;
- `roles`: one table of who may do what, applied after every migrate;
- `colleagues`, `services`: a manager's care for accounts, which ends in a link by mail (`links`) or a first password;
- `site`: the admin they work in.

Nobody signs up, and a forgotten password is a manager's to help with.
"""
