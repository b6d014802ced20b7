-- Holds: that somebody has a follow-up, is reminded of it later, or waits for somebody else.

ALTER TABLE policy_versions ADD COLUMN holds jsonb DEFAULT '{}' NOT NULL;
ALTER TABLE policy_versions ADD CONSTRAINT ck_policy_versions_holds CHECK (jsonb_typeof(holds) = 'object');
GRANT INSERT (holds) ON policy_versions TO followup_api;

ALTER TABLE follow_ups ADD COLUMN hold_changes integer DEFAULT 0 NOT NULL;
GRANT UPDATE (hold_changes) ON follow_ups TO followup_api;

CREATE TABLE holds (
    id bigint GENERATED ALWAYS AS IDENTITY,
    follow_up_id bigint NOT NULL,
    number integer NOT NULL,
    kind text NOT NULL,
    user_id bigint NOT NULL,
    run integer NOT NULL,
    step smallint NOT NULL,
    assignment integer NOT NULL,
    starts_at timestamp with time zone DEFAULT now() NOT NULL,
    until timestamp with time zone NOT NULL,
    reason text,
    version integer NOT NULL,
    ended_at timestamp with time zone,
    ended_by bigint,
    end_reason text,
    ended_version integer,
    over_version integer,
    CONSTRAINT pk_holds PRIMARY KEY (id),
    CONSTRAINT uq_holds_follow_up_id_number UNIQUE (follow_up_id, number),
    CONSTRAINT ck_holds_kind CHECK (kind IN ('acknowledge', 'snooze', 'wait')),
    CONSTRAINT ck_holds_until CHECK (until > starts_at),
    CONSTRAINT ck_holds_ended CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE UNIQUE INDEX uq_holds_wait ON holds (follow_up_id) WHERE kind = 'wait' AND ended_at IS NULL;
CREATE UNIQUE INDEX uq_holds_person ON holds (follow_up_id, user_id, kind) WHERE kind <> 'wait' AND ended_at IS NULL;
CREATE INDEX ix_holds_until ON holds (until) WHERE ended_at IS NULL;

ALTER TABLE escalation_states ADD COLUMN holds jsonb;
CREATE INDEX ix_escalation_states_holds ON escalation_states (follow_up_id) WHERE holds IS NOT NULL;

GRANT SELECT, INSERT (follow_up_id, number, kind, user_id, run, step, assignment, until, reason, version),
    UPDATE (ended_at, ended_by, end_reason, ended_version) ON holds TO followup_api;
GRANT SELECT ON holds TO followup_notifier;
