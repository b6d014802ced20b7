-- What could not be handed over for days is told by a clock that goes no faster than somebody watches.
GRANT SELECT ON slow_clock TO followup_dispatcher;
