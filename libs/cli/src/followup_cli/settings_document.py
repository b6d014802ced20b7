"""The table of all settings: `python -m followup_cli.settings_document [--check] docs/settings.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pkgutil import resolve_name

from followup_common.documents import keep
from followup_common.settings import Settings
from pydantic.fields import FieldInfo

from followup_cli.doctor import SETTINGS

SERVICES: dict[str, type[Settings]] = {name: resolve_name(place) for name, place in SETTINGS.items()}

HEAD = """\
# Settings

Environment variables of the services; generated from the code (`make documents`). A missing or wrong
one stops the service at its start with the variable's name and what it expects.

In a URL, write `/ ? # [ ] @ : %` and a blank in a user or a password as
`%2F %3F %23 %5B %5D %40 %3A %25 %20`. Blanks and ends of lines around a URL, and the end of a line behind a
secret, as files have them, do not count. A database's URL may name several hosts, as in `db1:5432,db2:5432`;
RabbitMQ's names one.

| variable | of | default | what |
|---|---|---|---|
"""


def document() -> str:
    """The page, as Markdown."""
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in _rows())


def _rows() -> Iterator[tuple[str, str, str, str]]:
    fields: dict[str, FieldInfo] = {}
    for settings in SERVICES.values():
        fields |= settings.model_fields
    for name, field in sorted(fields.items(), key=lambda item: (not item[1].is_required(), item[0])):
        users = [service for service, settings in SERVICES.items() if name in settings.model_fields]
        of = "all" if len(users) == len(SERVICES) else ", ".join(users)
        yield f"`FOLLOWUP_{name.upper()}`", of, _default(field), field.description or ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if isinstance(field.default, frozenset):
        return f"`{','.join(sorted(field.default))}`"
    return "unset" if field.default is None else f"`{field.default}`"


if __name__ == "__main__":
    sys.exit(keep(document, __doc__))
