"""Figures for Prometheus: declared as data, kept by a meter, added up over a service's processes."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import prometheus_client
from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, values
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.multiprocess import MultiProcessCollector

prometheus_client.disable_created_metrics()  # one more series for each, which no rule needs

CONTENT_TYPE = CONTENT_TYPE_LATEST
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that tells prometheus_client, and with it our worker processes, where they share figures."""


@dataclass(frozen=True)
class Metric:
    """What is measured: the name in Prometheus, what it means, and what it is told apart by."""

    name: str
    help: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Counter(Metric):
    """Only ever rises, until the process ends; its name ends in `_total`."""


@dataclass(frozen=True)
class Gauge(Metric):
    """Rises and falls. `across` says what the gauges of several processes come to."""

    across: Literal["sum", "max"] = "sum"


@dataclass(frozen=True)
class Histogram(Metric):
    """How often a value was below each of the buckets."""

    buckets: tuple[float, ...] = prometheus_client.Histogram.DEFAULT_BUCKETS


@dataclass(frozen=True)
class Measured:
    """A value that a handler gives back, to be recorded once its transaction has committed."""

    metric: Metric
    value: float = 1
    labels: Mapping[str, str] = field(default_factory=dict)


class Meter:
    """Keeps the figures of one process. There is no global one: each composition has its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._made: dict[Metric, MetricWrapperBase] = {}
        self._making = threading.Lock()
        self._watch_process()

    def declare(self, *metrics: Metric) -> None:
        """Let metrics show before there is anything to record; those without labels start at zero."""
        for metric in metrics:
            self._of(metric)

    def record(self, metric: Metric, value: float = 1, /, **labels: str) -> None:
        """Add to a counter, set a gauge, or observe a value for a histogram.

        Args:
            metric: which one.
            value: in the unit that the metric's name says.
            labels: one value for each label that the metric declares.
        """
        made = self._of(metric)
        child = made.labels(**labels) if labels else made
        if isinstance(child, prometheus_client.Counter):
            child.inc(value)
        elif isinstance(child, prometheus_client.Gauge):
            child.set(value)
        elif isinstance(child, prometheus_client.Histogram):
            child.observe(value)

    def exposition(self) -> bytes:
        """All figures, in the text format of Prometheus."""
        return generate_latest(self.registry)

    def _watch_process(self) -> None:
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)

    def _of(self, metric: Metric) -> MetricWrapperBase:
        if metric not in self._made:
            with self._making:
                if metric not in self._made:
                    self._made[metric] = _make(metric, self.registry)
        return self._made[metric]


class SharedMeter(Meter):
    """Keeps the figures of one of several processes in files, and shows those of all of them.

    The folder is the one that `PROMETHEUS_MULTIPROC_DIR` names. It must be new: what is in it counts.
    """

    def __init__(self) -> None:
        self.folder = Path(os.environ[FOLDER])
        # prometheus_client chooses when it is imported, which in a forked process was before.
        values.ValueClass = values.get_value_class()
        super().__init__()

    def exposition(self) -> bytes:
        together = CollectorRegistry()
        MultiProcessCollector(together, path=str(self.folder))
        return generate_latest(together)

    def _watch_process(self) -> None:
        """Figures of the operating system are no files, and say nothing of the other processes."""


def _make(metric: Metric, registry: CollectorRegistry) -> MetricWrapperBase:
    about = (metric.name, metric.help, metric.labels)
    match metric:
        case Counter():
            return prometheus_client.Counter(*about, registry=registry)
        case Gauge():
            return prometheus_client.Gauge(
                *about, registry=registry, multiprocess_mode="livesum" if metric.across == "sum" else "max"
            )
        case Histogram():
            return prometheus_client.Histogram(*about, registry=registry, buckets=metric.buckets)
        case _:
            raise TypeError(f"{metric.name} is none of Counter, Gauge and Histogram")
