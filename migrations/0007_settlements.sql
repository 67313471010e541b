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

-- A settlement while its day lasts, and what its lines add up to, counted by deltas as they are written: as many lines
-- as there may be, closing reads these two rows.
CREATE TABLE open_settlements (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  currency TEXT NOT NULL, opened_at BIGINT NOT NULL, closes_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};
CREATE TABLE settlement_totals (
  account TEXT NOT NULL, id TEXT NOT NULL,
  gross BIGINT NOT NULL, refunds BIGINT NOT NULL, disputes BIGINT NOT NULL, fees BIGINT NOT NULL, net BIGINT NOT NULL,
  transactions BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {BUSY};

-- Closed: `created_at` is the end of the day. The plan is what pays it.
CREATE TABLE settlements (
  account TEXT NOT NULL, id TEXT NOT NULL,
  currency TEXT NOT NULL, gross BIGINT NOT NULL, refunds BIGINT NOT NULL, disputes BIGINT NOT NULL, fees BIGINT NOT NULL,
  net BIGINT NOT NULL, transactions BIGINT NOT NULL, plan_id TEXT NOT NULL, arrives_at BIGINT, opened_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};
CREATE INDEX settlements_created ON settlements (account, created_at, id);
CREATE INDEX settlements_plan ON settlements (account, plan_id, created_at, id);

-- What collects an account's settlements in a currency until a payout is made of it: then `payout_id` says which.
CREATE TABLE payout_plans (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  currency TEXT NOT NULL, net BIGINT NOT NULL, settlements BIGINT NOT NULL, cut_at BIGINT, payout_id TEXT,
  arrives_at BIGINT,
  PRIMARY KEY (account, id)
) {TABLE};
CREATE INDEX payout_plans_open ON payout_plans (account) WHERE payout_id IS NULL;

CREATE TABLE payouts (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  status TEXT NOT NULL, currency TEXT NOT NULL, amount BIGINT NOT NULL, is_automatic BIGINT NOT NULL,
  plan_id TEXT NOT NULL, settlements BIGINT NOT NULL, failure_code TEXT, metadata TEXT NOT NULL,
  sends_at BIGINT NOT NULL, arrives_at BIGINT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};
CREATE INDEX payouts_created ON payouts (account, created_at, id);
