-- What an installation has settled once for all: the row's id says what. Its account is the word `installation`, which
-- is no account's id.
CREATE TABLE installation (
  account TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};
