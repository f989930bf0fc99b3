from allauth.mfa.stages import AuthenticateStage


class CodeStage(AuthenticateStage):
    """After the password, the code; unless a right one came with the password already."""

    def handle(self) -> tuple:
        given = getattr(self.request, "code_given", None)
        if given and given.user == self.login.user:
            given.save()
            return None, True
        return super().handle()
