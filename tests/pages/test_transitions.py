"""The page of diagrams says what the tables say."""

from django.core.management import call_command

from clinic.pages.management.commands import write_transitions


def test_the_diagrams_are_not_stale():
    written = write_transitions.PAGE.read_text(encoding="utf-8")
    assert written == write_transitions.page(), "run manage.py write_transitions"


def test_the_command_writes_the_page(tmp_path, monkeypatch):
    monkeypatch.setattr(write_transitions, "PAGE", tmp_path / "transitions.md")
    call_command("write_transitions", verbosity=0)
    page = (tmp_path / "transitions.md").read_text()
    assert "new --> booked: book" in page and "in_review --> approved: approve" in page
