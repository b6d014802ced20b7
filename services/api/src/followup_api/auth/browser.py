"""What protects people who use a browser: the session cookie and the origin check."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from urllib.parse import urlsplit

from fastapi import Request, Response
from followup_common.settings import POSTGRESQL
from followup_common.urls import server_url
from pydantic import AnyHttpUrl

from followup_api.problems import Forbidden
from followup_api.settings import ApiSettings

SECURE_COOKIE = "__Host-followup"
LOCAL_COOKIE = "followup"
FLOW = "-oidc"
"""Ends the name of the cookie of a log-in under way."""
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
"""The first mark that is found counts: most name others as well."""
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class PlainHttp(Forbidden):
    """A log-in from a page over plain http, for which no browser would keep the cookie."""

    kind, title = "plain-http", "Logging in needs https"

    detail = (
        "This page came over plain http, and browsers keep a log-in only over https. Anyone who runs "
        "Followup can put a proxy with https in front and set FOLLOWUP_PUBLIC_URL or, in a network "
        "that everybody in it may be trusted in, set FOLLOWUP_TRUST_PLAIN_HTTP=true."
    )


class CrossOrigin(Forbidden):
    """A request that a page of another site may have caused."""

    detail = (
        "A change by session cookie must come from a page of this site: send an Origin header of this "
        "site or Sec-Fetch-Site: same-origin. Programs use an API token instead."
    )


def address_of(request: Request) -> str | None:
    """The address that a request came from, as far as the proxies that we trust say."""
    return request.client.host if request.client else None


def name_of(user_agent: str | None) -> str | None:
    """What people call a browser, such as Firefox on Windows; None where it does not say.

    It names itself, and may lie: it is for people to recognise their own log-ins.
    """
    if not user_agent:
        return None
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "Another program")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), None)
    return f"{browser} on {system}" if system else browser


def session_of(request: Request, settings: ApiSettings) -> str | None:
    """The session token that the browser sent, under the one name that fits this request."""
    return request.cookies.get(_cookie_name(request, settings))


def set_session(request: Request, response: Response, settings: ApiSettings, token: str) -> None:
    """Give the browser a session, or renew its time."""
    _keep(response, _cookie_name(request, settings), token, settings.session_life)


def clear_session(request: Request, response: Response, settings: ApiSettings) -> None:
    """Take the session from the browser."""
    _forget(response, _cookie_name(request, settings))


def flow_of(request: Request, settings: ApiSettings) -> str | None:
    """What the browser keeps of a log-in through the provider that it has started."""
    return request.cookies.get(_cookie_name(request, settings) + FLOW)


def set_flow(
    request: Request, response: Response, settings: ApiSettings, value: str, life: timedelta
) -> None:
    """Have the browser keep a log-in through the provider until it comes back."""
    _keep(response, _cookie_name(request, settings) + FLOW, value, life)


def clear_flow(request: Request, response: Response, settings: ApiSettings) -> None:
    """The browser has come back."""
    _forget(response, _cookie_name(request, settings) + FLOW)


def refuse_other_origins(request: Request, settings: ApiSettings, *, by_cookie: bool) -> None:
    """Refuse an unsafe request that a page of another site may have caused.

    Args:
        request: what came.
        settings: says which address people use.
        by_cookie: the cookie authenticates it, so the browser has to say where it comes from; otherwise
            silence is allowed.

    Raises:
        CrossOrigin: it comes from elsewhere, or does not say.
    """
    if request.method in SAFE_METHODS:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        allowed = site == "same-origin"
    elif origin is not None:
        allowed = origin in _own_origins(request, settings)
    else:
        allowed = not by_cookie
    if not allowed:
        raise CrossOrigin


def refuse_plain_http(request: Request, settings: ApiSettings) -> None:
    """Refuse a log-in whose cookie the browser would drop, rather than say that it succeeded.

    A page names its origin; a proxy that ends TLS may hide from us that people use https.

    Raises:
        PlainHttp: the page came over plain http, neither from this machine nor in a trusted network.
    """
    page = request.headers.get("origin", "")
    if page.startswith("http://") and not _is_local(page) and _is_secure(_cookie_name(request, settings)):
        raise PlainHttp


def origin_of(url: AnyHttpUrl) -> str:
    """The origin of an address, as browsers write it."""
    parts = urlsplit(str(url))
    default = {"http": 80, "https": 443}[parts.scheme]
    port = f":{parts.port}" if parts.port and parts.port != default else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def page_origin(request: Request, settings: ApiSettings) -> str:
    """Where people find the page, for links that are handed over.

    Without `public_url` it is where the one who asks has it open, else where the request went.
    """
    if settings.public_url:
        return origin_of(settings.public_url)
    page = request.headers.get("origin")
    if page in _own_origins(request, settings):
        return str(page)
    return f"{request.url.scheme}://{request.url.netloc}"


def _is_local(page: str) -> bool:
    try:
        return urlsplit(page).hostname in LOCAL_HOSTS
    except ValueError:  # as no browser writes it, such as http://[
        return False


def _keep(response: Response, name: str, value: str, life: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=round(life.total_seconds()),
        path="/",
        secure=_is_secure(name),
        httponly=True,
        samesite="lax",
    )


def _forget(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=_is_secure(name), httponly=True, samesite="lax")


def _cookie_name(request: Request, settings: ApiSettings) -> str:
    """The name for the address that people use, and for this installation where others may share it.

    Browsers send cookies to all ports of a host: on one machine there may be several installations.
    """
    url = settings.public_url
    scheme, host, port = (url.scheme, url.host, url.port) if url else _asked(request)
    plain = (host or "").strip("[]") in LOCAL_HOSTS or settings.trust_plain_http
    if scheme == "http" and plain:
        return f"{LOCAL_COOKIE}-{port or 80}-{_installation(settings.database_url.get_secret_value())}"
    return SECURE_COOKIE if port in (None, 80, 443) else f"{SECURE_COOKIE}-{port}"


def _asked(request: Request) -> tuple[str, str | None, int | None]:
    return request.url.scheme, request.url.hostname, request.url.port


@lru_cache(maxsize=8)
def _installation(database_url: str) -> str:
    """Tells installations apart, by where their database is; a new role or password changes nothing."""
    url = server_url(database_url, *POSTGRESQL, several_hosts=True)
    return sha256(f"{url.place}{url.path}".encode()).hexdigest()[:8]


def _is_secure(name: str) -> bool:
    return name.startswith(SECURE_COOKIE)


def _own_origins(request: Request, settings: ApiSettings) -> set[str]:
    if settings.public_url:
        return {origin_of(settings.public_url)}
    # A proxy in front may end TLS; a page under https of the same host is this site all the same.
    return {f"{scheme}://{request.url.netloc}" for scheme in (request.url.scheme, "https")}
