-- The lines of merchants' balances: written with the transfers they explain, never changed. A line carries its settlement
-- from the moment it is written, so that closing one rewrites none of them.
CREATE TABLE balance_transactions (
  account TEXT NOT NULL, id TEXT NOT NULL,
  type TEXT NOT NULL, currency TEXT NOT NULL, amount BIGINT NOT NULL, fee BIGINT NOT NULL, net BIGINT NOT NULL,
  available_at BIGINT NOT NULL, source TEXT NOT NULL, settlement_id TEXT, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {BUSY};
CREATE INDEX balance_transactions_created ON balance_transactions (account, created_at, id);
CREATE INDEX balance_transactions_source ON balance_transactions (account, source, created_at, id);
