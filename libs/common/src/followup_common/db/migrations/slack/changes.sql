-- What a message in Slack says is looked at once its follow-up is another one's, open or not, or in another run: to find
-- that later takes a look at all messages. The state is held: a message that is being recorded waits for it, or was seen.
CREATE FUNCTION slack_messages_look_again() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE slack_messages SET due_at = COALESCE(due_at, now()), answer = NULL, changes = changes + 1
    WHERE follow_up_id = OLD.follow_up_id AND created_at > now() - interval '30 days';
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION slack_messages_look_again FROM PUBLIC;

CREATE TRIGGER escalation_states_change_messages AFTER UPDATE OF assignee_id, is_open, run ON escalation_states
    FOR EACH ROW WHEN ((OLD.assignee_id, OLD.is_open, OLD.run) IS DISTINCT FROM (NEW.assignee_id, NEW.is_open, NEW.run))
    EXECUTE FUNCTION slack_messages_look_again();
CREATE TRIGGER escalation_states_end_messages AFTER DELETE ON escalation_states
    FOR EACH ROW EXECUTE FUNCTION slack_messages_look_again();
