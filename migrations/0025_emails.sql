-- E-mails: written by what causes them, and sent afterwards. The id is the cause, so that nothing is told twice; it stays
-- when the message itself is gone. `wake_wall` is set while there is something to do: with a lease it is when the lease
-- ends, without one when the next attempt is due.
CREATE TABLE emails (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  status TEXT NOT NULL, sender TEXT NOT NULL, recipient TEXT NOT NULL, message_id TEXT NOT NULL, message {BLOB},
  attempts BIGINT NOT NULL, wake_wall BIGINT, lease_token TEXT, last_error TEXT,
  created_at BIGINT NOT NULL, ended_wall BIGINT,
  PRIMARY KEY (account, id)
) {WIDE};
CREATE INDEX emails_due ON emails (wake_wall, account, id) WHERE wake_wall IS NOT NULL;
