"""Figures for Prometheus: declared as data, and kept by a meter."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

import prometheus_client
from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics import MetricWrapperBase

prometheus_client.disable_created_metrics()  # one more series for each, which no rule needs

CONTENT_TYPE = CONTENT_TYPE_LATEST
TOLD_APART = 20
"""How many values of a label that people invent are told apart."""
OTHERS = "(others)"


@dataclass(frozen=True)
class Metric:
    """What is measured: the name in Prometheus, what it means, and what it is told apart by."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    invented: str | None = None
    """The label whose values people invent: some of them are told apart, and the others share one."""


@dataclass(frozen=True)
class Counter(Metric):
    """Only ever rises, until the process ends; its name ends in `_total`."""


@dataclass(frozen=True)
class Gauge(Metric):
    """Rises and falls."""


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
        self._invented: dict[Metric, set[str]] = {}
        self._making = threading.Lock()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)

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
        if metric.invented is not None:
            labels = {**labels, metric.invented: self._told_apart(metric, labels[metric.invented])}
        child = made.labels(**labels) if labels else made
        if isinstance(child, prometheus_client.Counter):
            child.inc(value)
        elif isinstance(child, prometheus_client.Gauge):
            child.set(value)
        elif isinstance(child, prometheus_client.Histogram):
            child.observe(value)

    def show(self, gauge: Gauge, values: Mapping[str, float]) -> None:
        """Let a gauge of one label have these values, and no others that it had.

        Args:
            gauge: which one.
            values: by the value of its label.
        """
        made = self._of(gauge)
        made.clear()
        for value in values:
            self.record(gauge, values[value], **{gauge.labels[0]: value})

    def _told_apart(self, metric: Metric, value: str) -> str:
        """The value of a label, or what stands for all beyond so many."""
        with self._making:
            known = self._invented.setdefault(metric, set())
            if value not in known and len(known) >= TOLD_APART:
                return OTHERS
            known.add(value)
            return value

    def exposition(self) -> bytes:
        """All figures, in the text format of Prometheus."""
        return generate_latest(self.registry)

    def _of(self, metric: Metric) -> MetricWrapperBase:
        if metric not in self._made:
            with self._making:
                if metric not in self._made:
                    self._made[metric] = _make(metric, self.registry)
        return self._made[metric]


def _make(metric: Metric, registry: CollectorRegistry) -> MetricWrapperBase:
    about = (metric.name, metric.help, metric.labels)
    match metric:
        case Counter():
            return prometheus_client.Counter(*about, registry=registry)
        case Gauge():
            return prometheus_client.Gauge(*about, registry=registry)
        case Histogram():
            return prometheus_client.Histogram(*about, registry=registry, buckets=metric.buckets)
        case _:
            raise TypeError(f"{metric.name} is none of Counter, Gauge and Histogram")
