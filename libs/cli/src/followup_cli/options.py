"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_DATA = Path(".followup")

Data = Annotated[
    Path,
    typer.Option(
        "--data",
        envvar="FOLLOWUP_DATA",
        metavar="DIR",
        file_okay=False,
        help="Folder in which `followup run` keeps its data.",
    ),
]
Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        envvar="FOLLOWUP_URL",
        metavar="URL",
        show_default="where `followup run` serves the data folder, else http://localhost:8000",
        help="Address of the API.",
    ),
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        envvar="FOLLOWUP_TOKEN",
        metavar="TOKEN",
        show_default="DIR/admin-token, for what `followup run` serves from DIR",
        help="API token of an admin.",
    ),
]


def path_of(collection: str, given: str, what: str) -> str:
    """The path of one entry of a collection.

    Args:
        collection: its path, such as `/deliveries`.
        given: the id, as somebody typed it.
        what: what has that id, to say in an error.

    Raises:
        typer.BadParameter: it is no id.
    """
    from uuid import UUID

    try:
        return f"{collection}/{UUID(given)}"
    except ValueError:
        raise typer.BadParameter(f"{given!r} is not the id of {what}", param_hint="ID") from None
