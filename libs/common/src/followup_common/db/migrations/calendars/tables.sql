-- Calendars; `db/calendars.py` says what their columns are.

CREATE TABLE calendars (
    id bigint GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    time_zone text NOT NULL,
    country text,
    subdivision text,
    categories text[] DEFAULT '{}' NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    archived_at timestamp with time zone,
    -- Kept by the trigger `calendars_keep_version`, never written by a service:
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    -- Kept by the function `calendar_work_out`:
    first_day date,
    last_day date,
    CONSTRAINT pk_calendars PRIMARY KEY (id),
    CONSTRAINT ck_calendars_name CHECK (name <> ''),
    CONSTRAINT ck_calendars_holidays CHECK (country IS NOT NULL OR subdivision IS NULL AND categories = '{}'),
    CONSTRAINT ck_calendars_worked_out CHECK (first_day <= last_day)
);
CREATE UNIQUE INDEX uq_calendars_name ON calendars (lower(name)) WHERE archived_at IS NULL;

CREATE TABLE calendar_hours (
    calendar_id bigint NOT NULL,
    weekday smallint NOT NULL,
    opens time without time zone NOT NULL,
    closes time without time zone NOT NULL,
    CONSTRAINT pk_calendar_hours PRIMARY KEY (calendar_id, weekday, opens),
    CONSTRAINT fk_calendar_hours_calendar_id FOREIGN KEY (calendar_id) REFERENCES calendars (id),
    CONSTRAINT ck_calendar_hours_weekday CHECK (weekday BETWEEN 1 AND 7),
    CONSTRAINT ck_calendar_hours_minutes CHECK (
        extract(second FROM opens) = 0 AND extract(second FROM closes) = 0 AND opens < '24:00' AND closes < '24:00'
    )
);

CREATE TABLE calendar_days (
    calendar_id bigint NOT NULL,
    day date NOT NULL,
    source text NOT NULL,
    name text DEFAULT '' NOT NULL,
    opens time without time zone[] DEFAULT '{}' NOT NULL,
    closes time without time zone[] DEFAULT '{}' NOT NULL,
    removed boolean DEFAULT false NOT NULL,
    CONSTRAINT pk_calendar_days PRIMARY KEY (calendar_id, day, source),
    CONSTRAINT fk_calendar_days_calendar_id FOREIGN KEY (calendar_id) REFERENCES calendars (id),
    CONSTRAINT ck_calendar_days_source CHECK (source IN ('own', 'ics', 'holidays')),
    CONSTRAINT ck_calendar_days_ranges CHECK (
        cardinality(opens) = cardinality(closes) AND array_position(opens || closes, NULL) IS NULL
    ),
    CONSTRAINT ck_calendar_days_closed CHECK (source = 'own' OR cardinality(opens) = 0),
    CONSTRAINT ck_calendar_days_removed CHECK (source <> 'own' OR NOT removed)
);

CREATE TABLE calendar_spans (
    calendar_id bigint NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_calendar_spans PRIMARY KEY (calendar_id, starts_at),
    CONSTRAINT fk_calendar_spans_calendar_id FOREIGN KEY (calendar_id) REFERENCES calendars (id),
    CONSTRAINT ck_calendar_spans_lasts CHECK (starts_at < ends_at)
);

-- What changes a calendar, its hours or its days writes the name of the calendar too, and makes a new version.
-- That it was worked out for other days is no change.
CREATE FUNCTION calendars_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER calendars_keep_version BEFORE UPDATE OF name, archived_at ON calendars
    FOR EACH ROW EXECUTE FUNCTION calendars_keep_version();

-- A time zone that this database does not know is refused: nothing could be worked out.
CREATE FUNCTION calendars_time_zone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM now() AT TIME ZONE NEW.time_zone;
    RETURN NEW;
EXCEPTION WHEN invalid_parameter_value THEN
    RAISE EXCEPTION 'the database does not know the time zone'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'calendars_time_zone_known';
END $$;
CREATE TRIGGER calendars_time_zone BEFORE INSERT OR UPDATE OF time_zone ON calendars
    FOR EACH ROW EXECUTE FUNCTION calendars_time_zone();

-- The API writes calendars; the services that place follow-ups read them.
GRANT SELECT ON calendars, calendar_hours, calendar_days, calendar_spans
    TO followup_api, followup_escalator, followup_notifier;
GRANT INSERT (name, time_zone, country, subdivision, categories),
      UPDATE (name, time_zone, country, subdivision, categories, archived_at) ON calendars TO followup_api;
GRANT INSERT, UPDATE, DELETE ON calendar_hours, calendar_days TO followup_api;
