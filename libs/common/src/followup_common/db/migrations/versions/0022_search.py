"""What follow-ups say, folded for searches and indexed by its trigrams; the names of leads and clients too.

Revision 0022, after 0021. A new table that triggers keep, filled while others write: code before it works on.
In a table of its own, because each step of an escalation would write the index of a wide row again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BATCH = 5_000

# Accents and case do not count. Built in, unlike unaccent, and the same whatever the collation: of letters
# that are no letter with an accent to Unicode, those of Latin alphabets become what people type for them.
SEARCHABLE = """
CREATE OR REPLACE FUNCTION searchable(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN octet_length(words) = char_length(words) THEN lower(words COLLATE "C")
    ELSE replace(replace(replace(translate(
        lower(regexp_replace(normalize(words, NFKD), '[\\u0300-\\u036f]', '', 'g')),
        'øđðłħıŧς', 'oddlhitσ'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe') END
"""

# Rows that are written are locked by whoever writes them, so no text is kept of what is no longer there.
KEEP_TEXTS = """
CREATE OR REPLACE FUNCTION follow_up_texts_keep() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM follow_up_texts t USING gone WHERE t.follow_up_id = gone.id;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO follow_up_texts (follow_up_id, text)
        SELECT id, searchable(concat_ws(E'\\n', title, notes, external_id)) FROM added
        ON CONFLICT (follow_up_id) DO UPDATE SET text = excluded.text;
    ELSE
        INSERT INTO follow_up_texts (follow_up_id, text)
        VALUES (NEW.id, searchable(concat_ws(E'\\n', NEW.title, NEW.notes, NEW.external_id)))
        ON CONFLICT (follow_up_id) DO UPDATE SET text = excluded.text;
    END IF;
    RETURN NULL;
END $$
"""
TRIGGERS = (
    "CREATE OR REPLACE TRIGGER follow_ups_add_texts AFTER INSERT ON follow_ups "
    "REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION follow_up_texts_keep()",
    "CREATE OR REPLACE TRIGGER follow_ups_delete_texts AFTER DELETE ON follow_ups "
    "REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION follow_up_texts_keep()",
    "CREATE OR REPLACE TRIGGER follow_ups_change_texts "
    "AFTER UPDATE OF title, notes, external_id ON follow_ups FOR EACH ROW "
    "WHEN ((OLD.title, OLD.notes, OLD.external_id) IS DISTINCT FROM (NEW.title, NEW.notes, NEW.external_id)) "
    "EXECUTE FUNCTION follow_up_texts_keep()",
)
# Locked, so that none is deleted before its text is there to be deleted with it.
FILL = sa.text("""
    WITH batch AS (
        SELECT id, title, notes, external_id FROM follow_ups WHERE id > :after
        ORDER BY id LIMIT :batch FOR KEY SHARE
    ), kept AS (
        INSERT INTO follow_up_texts (follow_up_id, text)
        SELECT id, searchable(concat_ws(E'\\n', title, notes, external_id)) FROM batch
        ON CONFLICT (follow_up_id) DO NOTHING
    )
    SELECT max(id) FROM batch
""")
OF_SUBJECTS = "searchable(name || ' ' || coalesce(external_id, ''))"
TRIGRAMS = sa.text("""
    SELECT quote_ident(n.nspname) || '.gin_trgm_ops'
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm'
""")


def upgrade() -> None:
    with op.get_context().autocommit_block():  # what a broken-off run has done is found and goes on
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        op.execute(SEARCHABLE)
        op.execute(
            "CREATE TABLE IF NOT EXISTS follow_up_texts (follow_up_id bigint NOT NULL, text text NOT NULL, "
            "CONSTRAINT pk_follow_up_texts PRIMARY KEY (follow_up_id))"
        )
        op.execute("GRANT SELECT ON follow_up_texts TO followup_api")
        op.execute(KEEP_TEXTS)
        op.execute("REVOKE EXECUTE ON FUNCTION follow_up_texts_keep FROM PUBLIC")
        for trigger in TRIGGERS:
            op.execute(trigger)
        _fill()
        opclass = op.get_bind().scalar(TRIGRAMS)
        _index("ix_follow_up_texts_text", "follow_up_texts", f"text {opclass}")
        _index("ix_subjects_searchable", "subjects", f"({OF_SUBJECTS}) {opclass}")
    op.execute("ANALYZE follow_up_texts")
    op.execute("ANALYZE subjects")


def _fill() -> None:
    after: int | None = 0
    while after is not None:
        after = op.get_bind().scalar(FILL, {"after": after, "batch": BATCH})


def _index(name: str, table: str, column: str) -> None:
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
    op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {table} USING gin ({column})")


def downgrade() -> None:
    """The extension stays: others may use it."""
    op.execute("DROP INDEX ix_subjects_searchable")
    for trigger in ("add", "delete", "change"):
        op.execute(f"DROP TRIGGER follow_ups_{trigger}_texts ON follow_ups")
    op.execute("DROP FUNCTION follow_up_texts_keep")
    op.drop_table("follow_up_texts")
    op.execute("DROP FUNCTION searchable")
