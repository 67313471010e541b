-- The number of the last event that an account's latest reset removed: numbers go on after it.
CREATE TABLE resets (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL, sequence BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};
