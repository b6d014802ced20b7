"""Texts get their normal form (NFC), and names are sorted as people read them.

Revision 0024, after 0023. The code before it sorts by another expression, without an index meanwhile. What it
writes until it ends may not be in normal form: it is corrected when somebody writes it again.

`as_read` makes of a name what it is sorted by: without accents and case, `Øst` beside `Ost`, `Straße` beside
`Strasse`. It depends neither on a collation nor on its version.
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

GREEK = ("ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩς", "αβγδεζηθικλμνξοπρστυφχψωσ")
CYRILLIC = ("АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯІЄЅЈЉЊЋЏЂҐ", "абвгдежзиклмнопрстуфхцчшщъыьэюяієѕјљњћџђґ")
LATIN = ("ØøŁłĐđÐðĦħıŦŧ", "oollddddhhitt")
ONE_FOR_ONE = tuple("".join(letters) for letters in zip(GREEK, CYRILLIC, LATIN, strict=True))
SEVERAL_FOR_ONE = {"ß": "ss", "ẞ": "ss", "Æ": "ae", "æ": "ae", "Œ": "oe", "œ": "oe", "Þ": "th", "þ": "th"}


def _as_read() -> str:
    """SQL of the name in `$1` without accents, and without case in the alphabets of Europe."""
    without_accents = r"regexp_replace(normalize($1, NFKD), '[\u0300-\u036f]', '', 'g')"
    found = f"translate({without_accents}, '{ONE_FOR_ONE[0]}', '{ONE_FOR_ONE[1]}')"
    for one, several in SEVERAL_FOR_ONE.items():
        found = f"replace({found}, '{one}', '{several}')"
    return f'lower({found} COLLATE "C")'


TEXTS = (("users", "name"), ("subjects", "name"), ("follow_ups", "title"), ("follow_ups", "notes"))
NORMALIZE = """
    UPDATE {table} SET {column} = normalize({column}, NFC) WHERE {column} IS NOT NFC NORMALIZED
"""
# What is unique stays as it is where its normal form is another's already.
UNIQUE = (("subjects", "external_id", "kind"), ("follow_ups", "external_id", "true"))
NORMALIZE_UNIQUE = """
    UPDATE {table} t SET {column} = d.becomes
    FROM (
        SELECT id, {within} AS within, normalize({column}, NFC) AS becomes,
               row_number() OVER (PARTITION BY {within}, normalize({column}, NFC) ORDER BY id) AS nth
        FROM {table} WHERE {column} IS NOT NFC NORMALIZED
    ) d
    WHERE t.id = d.id AND d.nth = 1 AND NOT EXISTS (
        SELECT FROM {table} o WHERE o.{column} = d.becomes AND {within} = d.within
    )
"""


def upgrade() -> None:
    op.execute(f"""
        CREATE FUNCTION as_read(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS $function$ SELECT {_as_read()} $function$
    """)
    for table, column in TEXTS:
        op.execute(NORMALIZE.format(table=table, column=column))
    for table, column, within in UNIQUE:
        op.execute(NORMALIZE_UNIQUE.format(table=table, column=column, within=within))
    op.execute("DROP INDEX ix_subjects_name")
    for table in ("subjects", "users"):
        op.execute(f'CREATE INDEX ix_{table}_name ON {table} (as_read(name COLLATE "C"), id)')


def downgrade() -> None:
    for table in ("subjects", "users"):
        op.execute(f"DROP INDEX ix_{table}_name")
    op.execute("CREATE INDEX ix_subjects_name ON subjects (lower(name), id)")
    op.execute("DROP FUNCTION as_read(text)")
