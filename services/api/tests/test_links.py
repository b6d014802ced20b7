"""Links: what browsers would open is what people read, or the link is refused."""

from __future__ import annotations

import pytest
from followup_api.fields import Link
from followup_api.imports import cells
from followup_api.links import PLAIN_LINK, _check_host, http_url
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import Url

MISLEADING = [
    *(
        r"https://good.example\@evil.example",
        r"https:\\evil.example",
        r"https://good.example/\evil",
        "https:/\\x",
    ),
    *("https://user:pw@good.example", "https://good.example@evil.example", "https://@evil.example"),
    *(
        "https://.",
        "https://..",
        "https://a..b",
        "https://.a",
        "https://-/",
        "https://",
        "https:///a.example",
    ),
    *("https://good.example:0", "https://good.example:99999", "https://good.example:x"),
    *("https://0x7f.1", "https://2130706433", "https://017700000001", "https://1.2.3", "https://1.2.3.4.5"),
    *("https://go od.example", "https://go\tod.example", "https://good.example\n/x", "\x00https://a.example"),
    *("https://go\u00adod.example", "https://\u202egood.example", "https://good\u200b.example/x"),
    *("https://ｇood.example", "https://good。example", "https://good%2eexample", "https://ſood.example"),
    *("https://paypаl.example", "https://xn--paypl-7ve.example", "https://xn--zzzzzz--.example"),
    *(f"https://good.example{sign}login.evil.example" for sign in "⁄∕⧸╱ノ丿〳ǃ·։–‐\u0337\u0338"),
    *("https://good.example꞉443.evil.example", "https://good.example\u2024evil.example"),
    *("javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://a.example", "https:good.example"),
    *("javascript://a.example/%0aalert(1)", "https;//a.example", " https://", "file:///etc/passwd"),
]
FINE = [
    *(
        "https://crm.example.com/clients/C-1009?x=1&y=a@b#top",
        "HTTP://Example.COM",
        "https://localhost:8000/x",
    ),
    *("https://intranet/a", "https://1.2.3.4:8443/", "https://[::1]/", "https://bücher.example/ü?ü#ü"),
    *(
        "https://xn--bcher-kva.example",
        "https://faß.example",
        "https://例え.テスト",
        "https://テクノ.example",
    ),
    "https://example.com.",
    *("https://a_b.example", "https://crm.example.com/a|b?c=[d]", "https://москва.example/x"),
]


@pytest.mark.parametrize("link", MISLEADING)
def test_a_link_that_leads_elsewhere_than_it_seems_is_refused(link: str) -> None:
    with pytest.raises(ValueError, match=r": (correct|remove|write) |must be a link"):
        http_url(link)
    with pytest.raises(ValidationError):
        TypeAdapter(Link).validate_python(link)


@pytest.mark.parametrize("link", FINE)
def test_a_link_to_a_page_is_kept_as_it_is(link: str) -> None:
    assert (
        http_url(link) == cells.link("subject_url", link) == TypeAdapter(Link).validate_python(link) == link
    )


parts = st.sampled_from(
    [
        *"a.:/\\@?#%[]-_0ſ。ｅ",
        "https://",
        "http://",
        "good.example",
        "evil.example",
        "xn--",
        "0x7f",
        "\t",
        "\u202e",
    ]
)


@given(text=st.one_of(st.lists(parts, max_size=8).map("".join), st.from_regex(PLAIN_LINK, fullmatch=True)))
@example(text="https://ſood.example")
def test_what_is_taken_opens_what_is_written(text: str) -> None:
    try:
        http_url(text)
    except ValueError:
        return
    url = Url(text)
    written = text.lower().partition("://")[2].replace("?", "/").replace("#", "/").partition("/")[0]
    assert url.username is None
    assert written.rpartition(":")[0] in ("", url.host, url.unicode_host()) or written in (
        url.host,
        url.unicode_host(),
    )
    if ":" not in written:
        _check_host(text, written)  # the short way takes nothing that the long one refuses


@given(text=st.one_of(st.lists(parts, max_size=8).map("".join), st.sampled_from(MISLEADING + FINE)))
def test_an_import_takes_just_the_links_that_json_takes(text: str) -> None:
    text = text.strip()
    try:
        by_json = TypeAdapter(Link).validate_python(text)
    except ValidationError:
        by_json = None
    try:
        by_import = cells.link("subject_url", text)
    except ValueError:
        by_import = None
    assert by_import == by_json
