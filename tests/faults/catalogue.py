"""Every kind of fault, by its name."""

from tests.faults import (
    digest_faults,
    hook_faults,
    mail_faults,
    reach_faults,
    server_faults,
    service_faults,
    settings_faults,
)
from tests.faults.injection import Fault, kinds_of

FAULTS: dict[str, Fault] = kinds_of(
    *(service_faults, server_faults, settings_faults, mail_faults, hook_faults, digest_faults, reach_faults)
)
