-- An account that commands use is no person: nobody reads what it is told. So it is told only where no person is an
-- admin, gets no follow-ups and no invitation, and stands in for nobody. A password makes it a person.
ALTER TABLE users ADD COLUMN is_person boolean DEFAULT true NOT NULL;
-- The one that `followup run` makes.
UPDATE users SET is_person = false WHERE email = 'admin@localhost' AND password_hash IS NULL;
GRANT SELECT (is_person) ON users TO followup_escalator, followup_notifier;
