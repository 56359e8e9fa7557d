"""The content security policy of a stored page: exactly the scripts and styles it contains, nothing from elsewhere."""

from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser


class Inline(HTMLParser):
    """Collects the text of every inline script and style."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.hashes: dict[str, list[str]] = {"script": [], "style": []}
        self.text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.hashes:
            self.text = []

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.hashes and self.text is not None:
            digest = b64encode(sha256("".join(self.text).encode()).digest()).decode()
            self.hashes[tag].append(f"'sha256-{digest}'")
            self.text = None


def page_policy(html: str, tile_origin: str | None = None, *, forms: bool = False) -> str:
    """The policy for a page that carries everything in itself; `tile_origin` may send pictures, `forms` stay here."""
    found = Inline()
    found.feed(html)
    found.close()
    kinds = {kind: " ".join(dict.fromkeys(hashes)) or "'none'" for kind, hashes in found.hashes.items()}
    pictures = "data: blob:" + (f" {tile_origin}" if tile_origin else "")
    return (
        f"default-src 'none'; script-src {kinds['script']}; style-src {kinds['style']}; img-src {pictures}; "
        f"base-uri 'none'; form-action {"'self'" if forms else "'none'"}; frame-ancestors 'none'"
    )
