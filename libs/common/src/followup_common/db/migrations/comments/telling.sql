-- Who is to know of a comment finds it in their inbox: written in the transaction that writes the comment, so that
-- neither comes without the other. Step -4 is a mention, step -5 a comment on one's own follow-up; the repeat is the
-- number of the comment. Where a mention comes later, by an edit, it takes the place of the other. The audiences are
-- ones that releases before know. Who is away finds it when they are back.
CREATE FUNCTION comment_recipients_tell() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM notifications n USING comments c
    WHERE TG_OP = 'UPDATE' AND c.id = NEW.comment_id AND n.follow_up_id = c.follow_up_id AND n.step = -5
        AND n.repeat = c.number AND n.user_id = NEW.user_id;
    INSERT INTO notifications (follow_up_id, run, step, repeat, policy_version_id, due_at, user_id, audience,
        actor_id, fallback, read_at)
    SELECT c.follow_up_id, s.run, CASE WHEN NEW.mentioned THEN -4 ELSE -5 END, c.number, s.policy_version_id,
        f.due_at, NEW.user_id, CASE WHEN NEW.mentioned THEN 'holder' ELSE 'assignee' END, c.author_id,
        CASE WHEN away.id IS NOT NULL THEN 'absent' END, CASE WHEN away.id IS NOT NULL THEN now() END
    FROM comments c
    JOIN follow_ups f ON f.id = c.follow_up_id
    JOIN escalation_states s ON s.follow_up_id = f.id
    LEFT JOIN absent_now away ON away.user_id = NEW.user_id
    WHERE c.id = NEW.comment_id AND c.author_id <> NEW.user_id
    ON CONFLICT ON CONSTRAINT uq_notifications_once DO NOTHING;
    PERFORM inboxes_wake(ARRAY[NEW.user_id]);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION comment_recipients_tell FROM PUBLIC;
CREATE TRIGGER comment_recipients_tell AFTER INSERT ON comment_recipients FOR EACH ROW
    EXECUTE FUNCTION comment_recipients_tell();
CREATE TRIGGER comment_recipients_tell_again AFTER UPDATE OF mentioned ON comment_recipients FOR EACH ROW
    WHEN (NEW.mentioned AND NOT OLD.mentioned) EXECUTE FUNCTION comment_recipients_tell();

-- A page that shows the follow-up hears of it through the inbox of its reader: the assignee's, and that of everybody who
-- has commented or was told. What is deleted is taken out of all inboxes.
CREATE FUNCTION comments_wake_inboxes() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.deleted_at IS NOT NULL THEN
        -- Who sends it holds the state while they look: nothing begins to be sent after this has committed.
        PERFORM FROM escalation_states s WHERE s.follow_up_id = NEW.follow_up_id FOR NO KEY UPDATE;
        DELETE FROM notifications n
        WHERE n.follow_up_id = NEW.follow_up_id AND n.step IN (-4, -5) AND n.repeat = NEW.number;
    END IF;
    PERFORM inboxes_wake(ARRAY(
        SELECT f.assignee_id FROM follow_ups f WHERE f.id = NEW.follow_up_id
        UNION SELECT c.author_id FROM comments c WHERE c.follow_up_id = NEW.follow_up_id
        UNION SELECT r.user_id FROM comments c JOIN comment_recipients r ON r.comment_id = c.id
        WHERE c.follow_up_id = NEW.follow_up_id
        ORDER BY 1));
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION comments_wake_inboxes FROM PUBLIC;
CREATE TRIGGER comments_wake_inboxes AFTER INSERT OR UPDATE ON comments FOR EACH ROW
    EXECUTE FUNCTION comments_wake_inboxes();
