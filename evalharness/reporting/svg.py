"""An SVG that matplotlib wrote, made fit to stand inside an HTML page."""

import re
from html import escape

from evalharness.reporting.text import visible

_TAG = re.compile(r"<[^>]*>")  # matplotlib escapes < and > in text and attributes
_DROPPED = re.compile(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>|<!--.*?-->", re.DOTALL)
_ROOT = re.compile(r"<svg[^>]*viewBox=\"([^\"]*)\"[^>]*>")


def inline_svg(svg: str, *, prefix: str, title: str, description: str) -> str:
    """Strip prolog, metadata and global style; make every id unique; name the image for those who cannot see it.

    Args:
        svg: What matplotlib wrote.
        prefix: Put before every id, so that two figures in one page cannot share one.
        title: Accessible name.
        description: Accessible description: what the figure shows, in words.

    Returns:
        An ``<svg role="img">`` element with ``<title>`` and ``<desc>``, sized by the page.
    """
    body = _DROPPED.sub("", svg[svg.index("<svg") :])
    body = _TAG.sub(lambda tag: _own_ids(tag[0], prefix), body).strip()
    root = _ROOT.match(body)
    assert root is not None  # what matplotlib writes has a view box
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{root[1]}" role="img" '
        f'aria-labelledby="{prefix}-title" aria-describedby="{prefix}-desc">'
        f'<title id="{prefix}-title">{escape(visible(title))}</title>'
        f'<desc id="{prefix}-desc">{escape(visible(description))}</desc>'
    )
    return head + body[root.end() :]


def _own_ids(tag: str, prefix: str) -> str:
    tag = re.sub(r'(\s)id="', rf'\1id="{prefix}-', tag)
    tag = re.sub(r'(\s)(?:xlink:)?href="#', rf'\1href="#{prefix}-', tag)
    return tag.replace("url(#", f"url(#{prefix}-")
