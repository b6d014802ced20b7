-- Versions of policies with a step, or a repeat, that counts in working time: by their own calendar, or, where they
-- have none, by that of the assignee.
CREATE VIEW policy_versions_counting AS
    SELECT id, calendar_id FROM policy_versions
    WHERE steps @? '$[*] ? (exists(@.**.working ? (@ != null)) || exists(@.**.working_days ? (@ != null)))';
GRANT SELECT ON policy_versions_counting TO followup_escalator;

-- With another assignee another calendar may count: the next sweep looks when the next step comes.
CREATE FUNCTION escalation_states_change_calendar() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM policy_versions_counting v WHERE v.id = NEW.policy_version_id AND v.calendar_id IS NULL)
    THEN
        NEW.wake_at := now();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER escalation_states_change_calendar BEFORE UPDATE OF assignee_id ON escalation_states
    FOR EACH ROW WHEN (NEW.assignee_id <> OLD.assignee_id AND NEW.wake_at IS NOT NULL)
    EXECUTE FUNCTION escalation_states_change_calendar();
