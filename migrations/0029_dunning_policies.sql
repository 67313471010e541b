-- How invoices that could not be collected are tried again. The days of the retries are JSON.
CREATE TABLE dunning_policies (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  name TEXT, retries TEXT NOT NULL, on_exhausted TEXT NOT NULL, notify BIGINT NOT NULL,
  active BIGINT NOT NULL, metadata TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};
CREATE INDEX dunning_policies_created ON dunning_policies (account, created_at, id);
CREATE INDEX dunning_policies_active ON dunning_policies (account, active, created_at, id);

-- The policy of whatever names none.
ALTER TABLE accounts ADD COLUMN dunning_policy TEXT;
