from django import template

from articles.models import ArticleVersion
from clinic.practice.models import ClinicProfile

register = template.Library()


@register.filter
def review_is_late(version: ArticleVersion, clinic: ClinicProfile) -> bool:
    """Whether the page should say that its next review is overdue, by the clinic's setting."""
    return version.review_is_late(clinic.review_late_after_days)
