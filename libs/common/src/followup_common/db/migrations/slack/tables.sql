-- Who clicks in Slack is known by the member that messages to a destination went to; and where each message about a
-- follow-up is, so that it can say what became of it.
CREATE TABLE slack_members (
    destination_id BIGINT NOT NULL,
    team_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    CONSTRAINT pk_slack_members PRIMARY KEY (destination_id),
    CONSTRAINT fk_slack_members_destination_id FOREIGN KEY (destination_id)
        REFERENCES destinations (id) ON DELETE CASCADE
);

CREATE TABLE slack_messages (
    delivery_id UUID NOT NULL,
    follow_up_id BIGINT NOT NULL,
    run INTEGER NOT NULL,
    assignee_id BIGINT NOT NULL,
    conversation TEXT NOT NULL,
    ts TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    answer TEXT,
    shows TEXT DEFAULT 'open' NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    attempts INTEGER DEFAULT 0 NOT NULL,
    changes INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT pk_slack_messages PRIMARY KEY (delivery_id),
    CONSTRAINT fk_slack_messages_delivery_id FOREIGN KEY (delivery_id)
        REFERENCES deliveries (id) ON DELETE CASCADE,
    CONSTRAINT ck_slack_messages_shows
        CHECK (shows IN ('open', 'completed', 'reassigned', 'restarted', 'deleted'))
);
CREATE INDEX ix_slack_messages_due ON slack_messages (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX ix_slack_messages_created_at ON slack_messages (created_at);

GRANT SELECT, INSERT, UPDATE (team_id, member_id) ON slack_members TO followup_dispatcher;
GRANT SELECT, DELETE, INSERT (delivery_id, follow_up_id, run, assignee_id, conversation, ts),
    UPDATE (conversation, ts, answer, shows, due_at, attempts, changes) ON slack_messages TO followup_dispatcher;
GRANT SELECT (completed_at) ON follow_ups TO followup_dispatcher;
GRANT SELECT (follow_up_id, id, kind, actor_id) ON activities TO followup_dispatcher;
GRANT SELECT ON slack_members TO followup_api;
GRANT SELECT, UPDATE (answer, due_at, attempts, changes) ON slack_messages TO followup_api;
