-- What people say about a follow-up. The text names whom it mentions by their ids (`<@12>`): names change. A comment
-- that was deleted keeps its place, and no text.
CREATE TABLE comments (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    follow_up_id BIGINT NOT NULL,
    number SMALLINT NOT NULL,
    author_id BIGINT NOT NULL,
    body TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    edited_at TIMESTAMP WITH TIME ZONE,
    deleted_at TIMESTAMP WITH TIME ZONE,
    deleted_by BIGINT,
    CONSTRAINT pk_comments PRIMARY KEY (id),
    CONSTRAINT uq_comments_follow_up_id_number UNIQUE (follow_up_id, number),
    CONSTRAINT ck_comments_number CHECK (number > 0),
    CONSTRAINT ck_comments_deleted CHECK (
        (deleted_at IS NULL) = (deleted_by IS NULL) AND (deleted_at IS NULL) = (body <> ''))
);
CREATE INDEX ix_comments_created_at ON comments USING brin (created_at);

-- Who was told of a comment: who is mentioned, and the assignee. Once each, however often its text changes.
CREATE TABLE comment_recipients (
    comment_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    mentioned BOOLEAN NOT NULL,
    CONSTRAINT pk_comment_recipients PRIMARY KEY (comment_id, user_id),
    CONSTRAINT fk_comment_recipients_comment_id FOREIGN KEY (comment_id) REFERENCES comments (id) ON DELETE CASCADE
);

GRANT SELECT, INSERT (follow_up_id, number, author_id, body), UPDATE (body, edited_at, deleted_at, deleted_by)
    ON comments TO followup_api;
GRANT SELECT, INSERT (comment_id, user_id, mentioned), UPDATE (mentioned) ON comment_recipients TO followup_api;
GRANT SELECT ON comments, hand_over_items TO followup_dispatcher;

-- They go with a deleted follow-up once that cannot be restored any more.
CREATE FUNCTION deleted_follow_ups_drop_comments() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM comments c USING gone g
    WHERE c.follow_up_id = g.id AND NOT EXISTS (SELECT FROM escalation_states s WHERE s.follow_up_id = g.id);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION deleted_follow_ups_drop_comments FROM PUBLIC;
CREATE TRIGGER deleted_follow_ups_drop_comments AFTER DELETE ON deleted_follow_ups
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION deleted_follow_ups_drop_comments();
