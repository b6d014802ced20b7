-- What searches and lists make of texts. Both are the same on every system and depend on no collation: not each
-- PostgreSQL has ICU, and `unaccent` is not installed everywhere.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Of what is searched: accents and case do not count. Of letters that are no letter with an accent to Unicode,
-- those of Latin alphabets become what people type for them.
CREATE FUNCTION searchable(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN octet_length(words) = char_length(words) THEN lower(words COLLATE "C")
    ELSE replace(replace(replace(translate(
        lower(regexp_replace(normalize(words, NFKD), '[\u0300-\u036f]', '', 'g')),
        'øđðłħıŧς', 'oddlhitσ'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe') END;

-- Of a name, what it is sorted by: without accents, and without case in the alphabets of Europe. `Øst` is beside
-- `Ost`, `Straße` beside `Strasse`.
CREATE FUNCTION as_read(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $function$ SELECT
    lower(replace(replace(replace(replace(replace(replace(replace(replace(translate(
        regexp_replace(normalize($1, NFKD), '[\u0300-\u036f]', '', 'g'),
        'ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩς'
        'АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯІЄЅЈЉЊЋЏЂҐ'
        'ØøŁłĐđÐðĦħıŦŧ',
        'αβγδεζηθικλμνξοπρστυφχψωσ'
        'абвгдежзиклмнопрстуфхцчшщъыьэюяієѕјљњћџђґ'
        'oollddddhhitt'), 'ß', 'ss'), 'ẞ', 'ss'), 'Æ', 'ae'), 'æ', 'ae'), 'Œ', 'oe'), 'œ', 'oe'), 'Þ', 'th'), 'þ', 'th') COLLATE "C")
$function$;
