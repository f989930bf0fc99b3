"""From a WordPress export to drafts: with pictures, authors and dates, and the old addresses leading to the new."""

import re
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import Path
from urllib.parse import urlsplit

from django.core.files import File
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.text import Truncator, slugify

from articles.models import Article, ArticleImage
from articles.wordpress import blocks
from articles.wordpress.convert import converted
from articles.wordpress.export import Author, Export, Post
from articles.wordpress.uploads import Uploads, full_size
from clinic.core.pictures import BadPicture
from clinic.redirects.admin import record_redirect
from providers.models import Condition, Provider, Treatment

TAKEN = ("publish", "future", "draft", "pending", "private")
RESERVED = ("feed", "preview")


class UnknownAuthors(Exception):
    """Authors of the export who are no provider here; the message names them."""


@dataclass
class Counted:
    """What an import did, and what it could not carry."""

    posts: int = 0
    imported: int = 0
    already_here: int = 0
    left_out: int = 0
    pictures: int = 0
    addresses: int = 0
    notes: list[str] = field(default_factory=list)
    unknown_categories: dict[str, int] = field(default_factory=dict)  # name -> posts


def import_posts(export: Export, uploads: Path, default_author: Provider | None = None) -> Counted:
    """Make a draft of every post that is not here yet. Run again, it adds only what is new and touches nothing else.

    Each post is all or nothing. Raises UnknownAuthors, before anything is written, where an author is nobody here.
    """
    authors = match_authors(export, default_author)
    counted = Counted(posts=len(export.posts))
    for post in export.posts:
        _Import(export, uploads, authors, counted).take(post)
    _remember_lists(export, authors, counted)
    _note_the_rest(export, counted)
    return counted


def match_authors(export: Export, default: Provider | None) -> dict[str, Provider]:
    """Return each author's provider: by e-mail or sign-in, by name, or the one for all others."""
    found, unknown = {}, []
    for login in dict.fromkeys(post.author for post in export.posts if post.status in TAKEN):
        author = export.authors.get(login, Author(login, "", login))
        same = Q(user__username=login) | Q(name__iexact=author.name or login) | Q(slug=slugify(author.name or login))
        if author.email:
            same |= Q(user__email__iexact=author.email)
        provider = (Provider.objects.filter(same).first() if login else None) or default
        if provider:
            found[login] = provider
        else:
            unknown.append(f"{author.name or login} ({login})" if login else "the author of posts that name none")
    if unknown:
        raise UnknownAuthors(", ".join(unknown))
    return found


class _Import:
    """One post on its way to a draft."""

    def __init__(self, export: Export, uploads: Path, authors: dict[str, Provider], counted: Counted) -> None:
        self.export, self.authors, self.counted = export, authors, counted
        self.uploads = Uploads(uploads, export.attachments.values())

    def note(self, words: str) -> None:
        note = f"{self.post.name}: {words}"
        if note not in self.counted.notes:
            self.counted.notes.append(note)

    def take(self, post: Post) -> None:
        self.post = post
        key = self.export.key(post)
        dated = f"{key}@{post.published_at:%Y%m%dT%H%M%S}" if post.published_at else ""
        there = _already_here(key, dated)
        if post.status not in TAKEN:
            self.counted.left_out += 1
            self.note(f"left out, it is in the state “{post.status}”")
        elif there:
            self.counted.already_here += 1
            if there.title != self.title_of(post):
                self.note(f"already here, as “{there.title}”")
        else:
            with transaction.atomic():
                self.make(dated or key)
            self.counted.imported += 1

    def make(self, origin: str) -> None:
        post = self.post
        title = self.title_of(post)
        if title != unescape(post.name):
            self.note("its title was shortened to 120 characters")
        self.article = Article(
            title=title,
            slug=free_slug(post.slug or title),
            author=self.authors[post.author],
            summary=self.fit(" ".join(re.sub(r"<[^>]+>", " ", unescape(post.excerpt)).split()), 160, "excerpt"),
            first_published_at=post.published_at if post.status == "publish" else None,
            imported_from=origin,
        )
        self.article.save()
        self.article.body = self.body_of(post)  # type: ignore[assignment]  # the editor's field has no types
        thumbnail = self.export.attachments.get(post.thumbnail_id)
        if thumbnail:
            self.article.picture = self.image_of(thumbnail.url, thumbnail.alt, thumbnail.caption)
        self.article.save()
        self.set_topics()
        self.remember_addresses()
        self.note_the_rest()

    def title_of(self, post: Post) -> str:
        return Truncator(unescape(post.name)).chars(120)

    def body_of(self, post: Post) -> str:
        html = blocks.with_reused(post.html, self.export.blocks)
        for name, times in blocks.left_behind(html).items():
            self.note(f"could not carry the block {name}" + (f", {times} times" if times > 1 else ""))
        html, notes = blocks.with_footnotes(blocks.in_plain_elements(html), post.footnotes)
        if notes:
            self.note(f"{len(notes)} footnote(s) stand below the text: make citations of them")
        body = converted(
            html,
            picture=self.picture,
            gallery=self.gallery,
            address=self.new_address,
            lost=lambda what: self.note(f"could not carry {what}"),
        )
        return blocks.without_empty_figures(body) + blocks.listed(notes)

    def fit(self, text: str, length: int, what: str) -> str:
        if len(text) > length:
            self.note(f"its {what} was shortened to {length} characters")
        return Truncator(text).chars(length)[:length]  # Truncator does not count combining marks, the database does

    def note_the_rest(self) -> None:
        if self.post.comments:
            self.note(f"{self.post.comments} comment(s) stay behind")
        if self.post.is_protected:
            self.note("was behind a password; the draft has none")
        if self.post.status in ("future", "private"):
            self.note(f"was “{self.post.status}”; it is a draft now")

    # Pictures

    def picture(self, src: str, alt: str, caption: str) -> str:
        image = self.image_of(src, alt, caption)
        if image is None:
            return ""
        tag = f'<img src="{escape(image.file.url)}" alt="{escape(image.alt)}" data-imported>'
        return f"<figure>{tag}<figcaption>{escape(unescape(caption))}</figcaption></figure>" if caption else tag

    def gallery(self, ids: str) -> str:
        pictures = self.export.attachments
        chosen = [pictures[number] for number in re.findall(r"\d+", ids) if number in pictures]
        if not ids:  # WordPress then shows all pictures that were uploaded for the post
            own = [one for one in pictures.values() if one.parent_id == self.post.post_id]
            chosen = sorted(own, key=lambda one: one.order)
        if not chosen:
            self.note("could not carry a [gallery] that names no pictures")
        return "".join(f"\n\n{self.picture(one.url, one.alt, one.caption)}\n\n" for one in chosen)

    def image_of(self, src: str, alt: str, caption: str) -> ArticleImage | None:
        """Return the article's picture at an old address, copied from the uploads the first time."""
        original = full_size(unescape(src))
        origin = (original.partition("/uploads/")[2] or original)[:250]
        there = ArticleImage.objects.filter(article=self.article, imported_from=origin).first()
        if there:
            return there
        file = self.uploads.file_at(original) or self.uploads.file_at(unescape(src))
        if file is None:
            self.note(f"picture not found: {src}")
            return None
        known = self.uploads.attachment_at(original)
        image = ArticleImage(
            article=self.article,
            imported_from=origin,
            alt=(known.alt if known and known.alt else unescape(alt))[:250],
            caption=(unescape(caption) or (known.caption if known else ""))[:250],
        )
        try:
            with file.open("rb") as data:
                image.file.save(file.name, File(data), save=False)
        except BadPicture as refusal:
            self.note(f"picture {src}: {' '.join(refusal.messages)}")
            return None
        image.save()
        self.counted.pictures += 1
        if not image.alt:
            self.note(f"picture {src}: say what it shows, nobody had")
        return image

    # Links and addresses

    def new_address(self, href: str) -> str:
        """A link inside the old site leads to the same place here; others stay."""
        href = unescape(href).strip()
        if not href.startswith(self.export.site + "/"):
            return href
        parts = urlsplit(href)
        return (
            parts.path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
        )

    def set_topics(self) -> None:
        for slug, name in self.post.categories:
            same = Q(name__iexact=name) | Q(slug=slug)
            treatments, conditions = Treatment.objects.filter(same), Condition.objects.filter(same)
            self.article.treatments.add(*treatments)
            self.article.conditions.add(*conditions)
            if not treatments and not conditions:
                self.counted.unknown_categories[name] = self.counted.unknown_categories.get(name, 0) + 1

    def remember_addresses(self) -> None:
        if self.post.status != "publish":
            return
        path = self.post.path
        if not path:
            self.note(f"its old address {self.post.link} cannot lead here; turn permalinks on before you export")
            return
        above = path.rstrip("/").rpartition("/")[0]
        for old in [*(f"{above}/{slug}/" for slug in self.post.old_slugs), path]:
            remember(old, self.article.get_absolute_url(), self.counted)


def _already_here(key: str, dated: str) -> Article | None:
    """Return the article made of a post. Two sites may number alike: then the day of publication tells them apart."""
    same = Q(imported_from=key) | (Q(imported_from=dated) if dated else Q(imported_from__startswith=f"{key}@"))
    return Article.objects.filter(same).first()


def remember(old: str, new: str, counted: Counted) -> None:
    if len(old) > 250:
        counted.notes.append(f"address too long to keep: {old[:80]}…")
    elif old != new:
        record_redirect(old=old, new=new)
        counted.addresses += 1


def free_slug(wanted: str) -> str:
    """Return an address no article has."""
    base = slugify(wanted)[:90] or "article"
    slug, number = base, 1
    while slug in RESERVED or Article.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{base}-{number}"
    return slug


def _remember_lists(export: Export, authors: dict[str, Provider], counted: Counted) -> None:
    """Where the old site listed a category's or an author's posts, the treatment, condition or provider is now."""
    if not counted.imported:
        return
    categories = dict(category for post in export.posts for category in post.categories)
    for slug, name in categories.items():
        same = Q(name__iexact=name) | Q(slug=slug)
        topic = Treatment.objects.filter(same).first() or Condition.objects.filter(same).first()
        if topic:
            remember(f"/category/{slug}/", topic.get_absolute_url(), counted)
    for login, provider in authors.items():
        remember(f"/author/{slugify(login)}/", provider.get_absolute_url(), counted)
    remember("/feed/", reverse("articles:feed"), counted)


def _note_the_rest(export: Export, counted: Counted) -> None:
    if counted.unknown_categories:
        names = [f"“{name}” ({posts})" for name, posts in sorted(counted.unknown_categories.items())]
        counted.notes.append(f"neither a treatment nor a condition here are the categories {', '.join(names)}")
    for kind, titles in sorted(export.others.items()):
        named = ", ".join(f"“{title}”" for title in titles if title)
        counted.notes.append(
            f"{len(titles)} of the type “{kind}” are not articles and stay behind" + (f": {named}" if named else "")
        )
