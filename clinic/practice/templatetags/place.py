from django import template
from django.utils.safestring import SafeString

from clinic.core.pictures import img
from clinic.practice.place import PlacePicture

register = template.Library()


@register.simple_tag
def place_picture(row: PlacePicture, sizes: str, lazy: bool = True, css: str = "") -> SafeString:
    """Return a picture of the place in every size it has. The one at the top of a page is `lazy=False`."""
    return img(row.picture, width=row.width, height=row.height, alt=row.alt, sizes=sizes, lazy=lazy, css=css)
