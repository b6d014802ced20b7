"""The type of a database row whose columns are read by name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

Record = Row[*tuple[Any, ...]]
