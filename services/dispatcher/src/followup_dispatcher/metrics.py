"""What Prometheus learns of deliveries."""

from followup_common.metrics import Counter, Gauge, Histogram

ATTEMPTS = Counter(
    "followup_delivery_attempts_total", "Attempts to deliver, by channel and outcome.", ("channel", "outcome")
)
STOPPED = Counter(
    "followup_deliveries_stopped_total",
    "Deliveries that were not begun, by channel and by what had stopped them.",
    ("channel", "reason"),
)
DELAYED = Counter(
    "followup_deliveries_delayed_total",
    "Deliveries that were due and wait, by channel and by what: a circuit that is open, or a rate.",
    ("channel", "by"),
)
SECONDS = Histogram("followup_delivery_seconds", "How long one attempt took.", ("channel",))
WAITING = Gauge(
    "followup_delivery_oldest_due_seconds",
    "How long the oldest delivery that is due has waited.",
    ("channel",),
)
CIRCUITS_OPEN = Gauge(
    "followup_circuits_open",
    "Places, such as mail domains, that fail again and again and that something waits for.",
    ("channel",),
)
UNREACHABLE = Gauge(
    "followup_channel_unreachable", "1 while a channel's server cannot be reached, else 0.", ("channel",)
)

BOUNCES = Counter(
    "followup_bounces_total",
    "Mails that came back: hard (the address was switched off), failed, delayed, or other.",
    ("kind",),
)
BOUNCES_UNREACHABLE = Gauge(
    "followup_bounces_unreachable", "1 while the mailbox of what comes back cannot be read, else 0."
)

ANSWERS = Counter(
    "followup_mail_answers_total",
    "Answers to mails: answered (kept for the API, which acts), refused, or unknown (to no delivery).",
    ("kind",),
)
ANSWERS_UNREACHABLE = Gauge(
    "followup_answers_unreachable", "1 while the mailbox of answers to mails cannot be read, else 0."
)

METRICS = (
    *(ATTEMPTS, STOPPED, DELAYED, SECONDS, WAITING, UNREACHABLE, CIRCUITS_OPEN),
    *(BOUNCES, BOUNCES_UNREACHABLE, ANSWERS, ANSWERS_UNREACHABLE),
)
