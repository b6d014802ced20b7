"""`followup doctor`: finds problems of this installation, each with a fix.

Named here is what needs no database: the scheduler has no driver for one.
"""

from followup_common.doctor.broker import examine_broker
from followup_common.doctor.findings import Finding

__all__ = ["Finding", "examine_broker"]
