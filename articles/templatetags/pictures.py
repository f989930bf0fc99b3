from django import template
from django.utils.safestring import SafeString

from articles.models import ArticleImage
from clinic.core.pictures import img

register = template.Library()


@register.simple_tag
def picture(image: ArticleImage, sizes: str = "100vw", lazy: bool = True, css: str = "") -> SafeString:
    """Return an article's picture in every size it has. The first picture of a page is `lazy=False`."""
    alt = "" if image.is_decorative else image.alt
    return img(image.file, width=image.width, height=image.height, alt=alt, sizes=sizes, lazy=lazy, css=css)
