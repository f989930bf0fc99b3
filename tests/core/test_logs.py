"""How an error is told in the log."""

from clinic.core.logs import describe


def test_an_error_that_is_its_own_cause_is_told_once():
    error = ValueError("zxqwort")
    error.__context__ = other = KeyError("zxqwort")
    other.__context__ = error
    assert describe(error).count("ValueError") == 1
