-- Every table, and its indexes. What each is for is beside it in `db/tables`, which `migrate check` compares
-- with this. The tables that grow fastest have no foreign keys: one check a row would cost more than the row
-- (docs/adr/0004). Their rows are written while their follow-up is held, and triggers remove them with it.

CREATE TABLE users (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT DEFAULT 'employee' NOT NULL,
    manager_id BIGINT,
    active BOOLEAN DEFAULT true NOT NULL,
    time_zone TEXT DEFAULT 'UTC' NOT NULL,
    password_hash TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT ck_users_role CHECK (role IN ('employee', 'manager', 'admin')),
    CONSTRAINT ck_users_not_own_manager CHECK (manager_id <> id),
    CONSTRAINT fk_users_manager_id FOREIGN KEY(manager_id) REFERENCES users (id)
);
CREATE INDEX ix_users_manager_id ON users (manager_id);
CREATE INDEX ix_users_name ON users (as_read(name COLLATE "C"), id);
CREATE UNIQUE INDEX uq_users_address ON users (lower(email COLLATE "C"));

CREATE TABLE sessions (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    user_id BIGINT NOT NULL,
    token_hash BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_used_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    proved_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    address TEXT,
    browser TEXT,
    CONSTRAINT pk_sessions PRIMARY KEY (id),
    CONSTRAINT fk_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT uq_sessions_token_hash UNIQUE (token_hash)
);
CREATE INDEX ix_sessions_user_id ON sessions (user_id);

CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_identities PRIMARY KEY (issuer, subject),
    CONSTRAINT uq_identities_user_id_issuer UNIQUE (user_id, issuer),
    CONSTRAINT fk_identities_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE api_tokens (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    user_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    token_hash BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    last_used_at TIMESTAMP WITH TIME ZONE,
    scopes TEXT[] DEFAULT '{read,write,ops,admin}'::text[] NOT NULL,
    made_with BIGINT,
    CONSTRAINT pk_api_tokens PRIMARY KEY (id),
    CONSTRAINT ck_api_tokens_scopes CHECK (scopes <@ '{read,write,ops,admin}'::text[]),
    CONSTRAINT fk_api_tokens_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT uq_api_tokens_prefix UNIQUE (prefix),
    CONSTRAINT fk_api_tokens_made_with FOREIGN KEY(made_with) REFERENCES api_tokens (id) ON DELETE CASCADE
);
CREATE INDEX ix_api_tokens_made_with ON api_tokens (made_with);
CREATE INDEX ix_api_tokens_user_id ON api_tokens (user_id);

CREATE TABLE subjects (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    external_id TEXT,
    name TEXT NOT NULL,
    url TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_subjects PRIMARY KEY (id),
    CONSTRAINT ck_subjects_kind CHECK (kind IN ('lead', 'client')),
    CONSTRAINT uq_subjects_kind_external_id UNIQUE (kind, external_id)
);
CREATE INDEX ix_subjects_name ON subjects (as_read(name COLLATE "C"), id);
CREATE INDEX ix_subjects_searchable
    ON subjects USING gin ((searchable(name || ' ' || coalesce(external_id, ''))) gin_trgm_ops);

CREATE TABLE subject_changes (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    subject_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    actor_id BIGINT NOT NULL,
    changes JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_subject_changes PRIMARY KEY (id),
    CONSTRAINT ck_subject_changes_kind CHECK (kind IN ('edited', 'imported')),
    CONSTRAINT fk_subject_changes_subject_id FOREIGN KEY(subject_id) REFERENCES subjects (id),
    CONSTRAINT fk_subject_changes_actor_id FOREIGN KEY(actor_id) REFERENCES users (id)
);
CREATE INDEX ix_subject_changes_subject_id ON subject_changes (subject_id, id);

CREATE TABLE policies (
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    CONSTRAINT pk_policies PRIMARY KEY (name),
    CONSTRAINT uq_policies_position UNIQUE (position)
);

CREATE TABLE policy_versions (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    policy TEXT NOT NULL,
    version INTEGER NOT NULL,
    steps JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_policy_versions PRIMARY KEY (id),
    CONSTRAINT uq_policy_versions_policy_version UNIQUE (policy, version),
    CONSTRAINT ck_policy_versions_has_steps CHECK (jsonb_typeof(steps) = 'array' AND jsonb_array_length(steps) > 0),
    CONSTRAINT ck_policy_versions_steps CHECK (NOT jsonb_path_exists(steps, '$[*] ? (!(@.after like_regex "^P" && @.label != "" && @.audience[0] != "" && (@.severity == "reminder" || @.severity == "overdue" || @.severity == "escalated" || @.severity == "breach")))')),
    CONSTRAINT fk_policy_versions_policy FOREIGN KEY(policy) REFERENCES policies (name)
);

CREATE TABLE follow_ups (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    external_id TEXT,
    title TEXT NOT NULL,
    notes TEXT DEFAULT '' NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    assignee_id BIGINT NOT NULL,
    subject_id BIGINT,
    completed_at TIMESTAMP WITH TIME ZONE,
    is_open BOOLEAN GENERATED ALWAYS AS (completed_at IS NULL) STORED NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    assignment INTEGER DEFAULT '1' NOT NULL,
    moved INTEGER DEFAULT '0' NOT NULL,
    first_due_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_follow_ups PRIMARY KEY (id),
    CONSTRAINT uq_follow_ups_external_id UNIQUE (external_id),
    CONSTRAINT fk_follow_ups_assignee_id FOREIGN KEY(assignee_id) REFERENCES users (id),
    CONSTRAINT fk_follow_ups_subject_id FOREIGN KEY(subject_id) REFERENCES subjects (id)
);
CREATE INDEX ix_follow_ups_completed
    ON follow_ups (completed_at, id)
    INCLUDE (assignee_id)
    WHERE NOT is_open;
CREATE INDEX ix_follow_ups_completed_assignee
    ON follow_ups (assignee_id, completed_at, id)
    WHERE NOT is_open;
CREATE INDEX ix_follow_ups_open_assignee ON follow_ups (assignee_id, due_at, id) WHERE is_open;
CREATE INDEX ix_follow_ups_open_due_at ON follow_ups (due_at, id) INCLUDE (assignee_id) WHERE is_open;
CREATE INDEX ix_follow_ups_subject ON follow_ups (subject_id, due_at, id);

CREATE TABLE escalation_states (
    follow_up_id BIGINT NOT NULL,
    run INTEGER NOT NULL,
    last_run INTEGER NOT NULL,
    policy_version_id BIGINT NOT NULL,
    anchor_at TIMESTAMP WITH TIME ZONE NOT NULL,
    step SMALLINT NOT NULL,
    severity TEXT,
    assignee_id BIGINT NOT NULL,
    is_open BOOLEAN NOT NULL,
    wake_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_escalation_states PRIMARY KEY (follow_up_id),
    CONSTRAINT ck_escalation_states_severity CHECK (severity IN ('reminder', 'overdue', 'escalated', 'breach')),
    CONSTRAINT ck_escalation_states_asleep CHECK (is_open OR wake_at IS NULL)
);
CREATE INDEX ix_escalation_states_escalated
    ON escalation_states (severity, anchor_at, follow_up_id)
    INCLUDE (assignee_id)
    WHERE is_open AND severity IN ('escalated', 'breach');
CREATE INDEX ix_escalation_states_escalated_assignee
    ON escalation_states (assignee_id, severity, anchor_at, follow_up_id)
    WHERE is_open AND severity IN ('escalated', 'breach');
CREATE INDEX ix_escalation_states_wake_at ON escalation_states (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE follow_up_texts (
    follow_up_id BIGINT NOT NULL,
    text TEXT NOT NULL,
    CONSTRAINT pk_follow_up_texts PRIMARY KEY (follow_up_id)
);
CREATE INDEX ix_follow_up_texts_text ON follow_up_texts USING gin (text gin_trgm_ops);

CREATE TABLE undoable_changes (
    follow_up_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    actor_id BIGINT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    told BOOLEAN NOT NULL,
    was JSONB NOT NULL,
    state JSONB NOT NULL,
    CONSTRAINT pk_undoable_changes PRIMARY KEY (follow_up_id)
);
CREATE INDEX ix_undoable_changes_changed_at ON undoable_changes (changed_at);

CREATE TABLE deleted_follow_ups (
    id BIGINT NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    deleted_by BIGINT,
    external_id TEXT,
    title TEXT NOT NULL,
    assignee_id BIGINT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    step SMALLINT NOT NULL,
    notifications INTEGER NOT NULL,
    activities INTEGER NOT NULL,
    was JSONB NOT NULL,
    history JSONB NOT NULL,
    CONSTRAINT pk_deleted_follow_ups PRIMARY KEY (id)
);
CREATE INDEX ix_deleted_follow_ups_deleted_at ON deleted_follow_ups (deleted_at, id);

CREATE TABLE escalations (
    follow_up_id BIGINT NOT NULL,
    run INTEGER NOT NULL,
    step SMALLINT NOT NULL,
    repeat SMALLINT DEFAULT '0' NOT NULL,
    policy_version_id BIGINT NOT NULL,
    sweep_id BIGINT,
    status TEXT DEFAULT 'raised' NOT NULL,
    severity TEXT NOT NULL,
    raised_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_escalations PRIMARY KEY (follow_up_id, run, step, repeat),
    CONSTRAINT ck_escalations_status CHECK (status IN ('raised', 'skipped', 'unroutable')),
    CONSTRAINT ck_escalations_severity CHECK (severity IN ('reminder', 'overdue', 'escalated', 'breach'))
);
CREATE INDEX ix_escalations_ended_at
    ON escalations (ended_at)
    WHERE ended_at IS NOT NULL AND severity IN ('escalated', 'breach');
CREATE INDEX ix_escalations_raised_at ON escalations USING brin (raised_at);
CREATE INDEX ix_escalations_unroutable ON escalations (raised_at) WHERE status = 'unroutable';

CREATE TABLE notifications (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    user_id BIGINT NOT NULL,
    follow_up_id BIGINT NOT NULL,
    run INTEGER NOT NULL,
    step SMALLINT NOT NULL,
    repeat SMALLINT DEFAULT '0' NOT NULL,
    policy_version_id BIGINT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    audience TEXT NOT NULL,
    fallback TEXT,
    actor_id BIGINT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_notifications PRIMARY KEY (user_id, id),
    CONSTRAINT uq_notifications_once UNIQUE (follow_up_id, run, step, repeat, user_id)
);
CREATE INDEX ix_notifications_created_at ON notifications USING brin (created_at);
CREATE INDEX ix_notifications_unread ON notifications (user_id, id) WHERE read_at IS NULL;

CREATE TABLE activities (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    follow_up_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    actor_id BIGINT,
    run INTEGER,
    step SMALLINT,
    repeat SMALLINT,
    policy_version_id BIGINT,
    details JSONB DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_activities PRIMARY KEY (follow_up_id, id)
);
CREATE INDEX ix_activities_created_at ON activities USING brin (created_at);
CREATE UNIQUE INDEX uq_activities_once
    ON activities (follow_up_id, run, step, repeat)
    WHERE step IS NOT NULL;

CREATE TABLE sweeps (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    trigger TEXT NOT NULL,
    slot TIMESTAMP WITH TIME ZONE,
    status TEXT DEFAULT 'queued' NOT NULL,
    requested_by BIGINT,
    requested_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    lanes INTEGER DEFAULT '0' NOT NULL,
    escalated INTEGER DEFAULT '0' NOT NULL,
    delivered INTEGER DEFAULT '0' NOT NULL,
    notified INTEGER DEFAULT '0' NOT NULL,
    failed INTEGER DEFAULT '0' NOT NULL,
    error TEXT,
    CONSTRAINT pk_sweeps PRIMARY KEY (id),
    CONSTRAINT ck_sweeps_trigger CHECK (trigger IN ('schedule', 'manual', 'cron')),
    CONSTRAINT ck_sweeps_status CHECK (status IN ('queued', 'running', 'completed', 'failed')),
    CONSTRAINT uq_sweeps_slot UNIQUE (slot)
);
CREATE INDEX ix_sweeps_unfinished ON sweeps (id) WHERE finished_at IS NULL;

CREATE TABLE slow_clock (
    id BOOLEAN DEFAULT true NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_slow_clock PRIMARY KEY (id),
    CONSTRAINT ck_slow_clock_one_row CHECK (id)
);

CREATE TABLE rate_windows (
    name TEXT NOT NULL,
    spent_at TIMESTAMP WITH TIME ZONE[] DEFAULT '{}' NOT NULL,
    spent INTEGER[] DEFAULT '{}' NOT NULL,
    CONSTRAINT pk_rate_windows PRIMARY KEY (name)
);

CREATE TABLE outbox (
    id UUID NOT NULL,
    type TEXT NOT NULL,
    source TEXT NOT NULL,
    subject TEXT,
    payload JSONB NOT NULL,
    traceparent TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    available_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    handled_at TIMESTAMP WITH TIME ZONE,
    failed_at TIMESTAMP WITH TIME ZONE,
    error TEXT,
    first_failed_at TIMESTAMP WITH TIME ZONE,
    discarded_at TIMESTAMP WITH TIME ZONE,
    note TEXT,
    CONSTRAINT pk_outbox PRIMARY KEY (id)
);
CREATE INDEX ix_outbox_failed ON outbox (failed_at, id) WHERE failed_at IS NOT NULL;
CREATE INDEX ix_outbox_unhandled ON outbox (available_at) WHERE handled_at IS NULL AND failed_at IS NULL;
CREATE INDEX ix_outbox_unhandled_subject ON outbox (subject) WHERE handled_at IS NULL;

CREATE TABLE audit_log (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    action TEXT NOT NULL,
    actor_id BIGINT,
    target TEXT,
    address TEXT,
    request_id TEXT,
    details JSONB DEFAULT '{}' NOT NULL,
    CONSTRAINT pk_audit_log PRIMARY KEY (id)
);
CREATE INDEX ix_audit_log_action_at ON audit_log (action, at, id);
CREATE INDEX ix_audit_log_actor_at ON audit_log (actor_id, at, id);
CREATE INDEX ix_audit_log_at ON audit_log (at, id);
CREATE INDEX ix_audit_log_target_at ON audit_log (target, at, id);

CREATE TABLE idempotency_keys (
    user_id BIGINT NOT NULL,
    route TEXT NOT NULL,
    key_digest BYTEA NOT NULL,
    request_digest BYTEA NOT NULL,
    status SMALLINT,
    headers JSONB,
    body BYTEA,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (user_id, route, key_digest)
);
CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at);

CREATE TABLE log_in_failures (
    key BYTEA NOT NULL,
    failures INTEGER NOT NULL,
    failed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    blocked_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_log_in_failures PRIMARY KEY (key)
);
CREATE INDEX ix_log_in_failures_failed_at ON log_in_failures (failed_at);
