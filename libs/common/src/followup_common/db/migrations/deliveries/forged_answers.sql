-- What came to addresses that no delivery has: the dispatcher may write nothing else to the audit log.
CREATE FUNCTION mail_answers_note_unknown(mails integer) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO audit_log (action, details)
    VALUES ('mail-answer.refused', jsonb_build_object('reason', 'unknown', 'mails', mails));
$$;
REVOKE EXECUTE ON FUNCTION mail_answers_note_unknown FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mail_answers_note_unknown TO followup_dispatcher;
