"""How people have times written."""

from __future__ import annotations

from typing import Literal

Clock = Literal["24h", "12h"]
DateOrder = Literal["day-month", "month-day"]
WeekStart = Literal["monday", "sunday", "saturday"]
