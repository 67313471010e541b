-- One dialect for both engines: BIGINT, TEXT and {BLOB}; every key is (account, id). Times in milliseconds:
-- `*_at` on the account's clock unless the column says wall. See ARCHITECTURE.md, "The store".

CREATE TABLE accounts (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  name TEXT, time_zone TEXT NOT NULL, country TEXT, api_version TEXT NOT NULL,
  fees TEXT NOT NULL, payout_schedule TEXT NOT NULL, tax_mode TEXT NOT NULL, branding TEXT NOT NULL,
  statement_descriptor TEXT, ip_allow_list TEXT NOT NULL,
  kyb_status TEXT NOT NULL, pci_attestation_status TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {WIDE};

-- One row an account: the next event number, and a guard that changes with everything a decision may remember
-- about the account (settings, endpoints, secret keys, clock).
CREATE TABLE counters (
  account TEXT NOT NULL, id TEXT NOT NULL, sequence BIGINT NOT NULL, context_version BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {BUSY};

CREATE TABLE clocks (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  offset_ms BIGINT NOT NULL, target_at BIGINT, lease_until_wall BIGINT NOT NULL, lease_token TEXT, idempotency_key TEXT,
  PRIMARY KEY (account, id)
) {TABLE};
CREATE INDEX clocks_advancing ON clocks (lease_until_wall) WHERE target_at IS NOT NULL;

CREATE TABLE keys (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  kind TEXT NOT NULL, digest TEXT NOT NULL, last4 TEXT NOT NULL, name TEXT, scopes TEXT NOT NULL,
  created_wall BIGINT NOT NULL, expires_wall BIGINT, last_used_wall BIGINT,
  PRIMARY KEY (account, id)
) {TABLE};
CREATE UNIQUE INDEX keys_digest ON keys (digest);

CREATE TABLE idempotency (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  fingerprint TEXT NOT NULL, state TEXT NOT NULL, status BIGINT NOT NULL, body {BLOB} NOT NULL,
  created_wall BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {WIDE};
CREATE INDEX idempotency_age ON idempotency (created_wall);

CREATE TABLE payments (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  status TEXT NOT NULL, amount BIGINT NOT NULL, currency TEXT NOT NULL,
  amount_capturable BIGINT NOT NULL, amount_captured BIGINT NOT NULL, amount_refunded BIGINT NOT NULL,
  description TEXT, customer_id TEXT, payment_method_id TEXT,
  card_brand TEXT, card_last4 TEXT, card_exp_month BIGINT, card_exp_year BIGINT,
  return_url TEXT, cancel_url TEXT, checkout_token TEXT NOT NULL, capture_method TEXT NOT NULL, off_session BIGINT NOT NULL,
  failure_code TEXT, failure_count BIGINT NOT NULL,
  statement_descriptor TEXT, receipt_email TEXT, fee BIGINT,
  attempt_id TEXT, capture_attempt_id TEXT, capture_amount BIGINT,
  timeline TEXT NOT NULL, metadata TEXT NOT NULL,
  authenticate_until BIGINT, authorized_until BIGINT, expires_at BIGINT NOT NULL, completed_at BIGINT, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {WIDE};
CREATE INDEX payments_created ON payments (account, created_at, id);
CREATE INDEX payments_customer ON payments (account, customer_id, created_at, id) WHERE customer_id IS NOT NULL;

-- A request to an acquirer outside this process: written before it is sent.
CREATE TABLE attempts (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  payment_id TEXT NOT NULL, kind TEXT NOT NULL, amount BIGINT NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL,
  parent_id TEXT, method_token TEXT NOT NULL, idempotency_key TEXT, lookups BIGINT NOT NULL, look_up_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};

CREATE TABLE events (
  account TEXT NOT NULL, id TEXT NOT NULL,
  sequence BIGINT NOT NULL, type TEXT NOT NULL, api_version TEXT NOT NULL, data TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {WIDE};
CREATE UNIQUE INDEX events_sequence ON events (account, sequence);

CREATE TABLE transfers (
  account TEXT NOT NULL, id TEXT NOT NULL,
  source_id TEXT NOT NULL, debit TEXT NOT NULL, credit TEXT NOT NULL, unit TEXT NOT NULL,
  amount BIGINT NOT NULL, phase TEXT NOT NULL, held BIGINT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {BUSY};
CREATE INDEX transfers_source ON transfers (account, source_id);

-- A cache of the transfers, one row for a ledger account and unit ("network:EUR"); credits are positive.
CREATE TABLE balances (
  account TEXT NOT NULL, id TEXT NOT NULL, posted BIGINT NOT NULL, pending BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {BUSY};

CREATE TABLE webhook_endpoints (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  url TEXT NOT NULL, enabled_events TEXT NOT NULL, description TEXT, metadata TEXT NOT NULL,
  status TEXT NOT NULL, disabled_reason TEXT,
  secret {BLOB} NOT NULL, previous_secret {BLOB}, previous_until_wall BIGINT,
  failing_since BIGINT, failure_streak BIGINT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};
CREATE INDEX webhook_endpoints_created ON webhook_endpoints (account, created_at, id);

-- `wake_wall` is set while something is to be done: with a lease it is when the lease ends, without one when the
-- attempt is due.
CREATE TABLE webhook_deliveries (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  endpoint_id TEXT NOT NULL, event_id TEXT NOT NULL, event_type TEXT NOT NULL, status TEXT NOT NULL,
  attempts BIGINT NOT NULL, round_attempts BIGINT NOT NULL, round_started_at BIGINT NOT NULL,
  due_at BIGINT, wake_wall BIGINT, lease_token TEXT,
  last_attempt_at BIGINT, last_status BIGINT, last_error TEXT, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {BUSY};
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (account, endpoint_id, wake_wall) WHERE wake_wall IS NOT NULL;
CREATE INDEX webhook_deliveries_account_due ON webhook_deliveries (account, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_endpoint ON webhook_deliveries (account, endpoint_id, created_at, id);

CREATE TABLE delivery_attempts (
  account TEXT NOT NULL, id TEXT NOT NULL,
  delivery_id TEXT NOT NULL, status BIGINT, error TEXT, response_body TEXT NOT NULL, duration_ms BIGINT NOT NULL,
  attempted_wall BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {WIDE};
CREATE INDEX delivery_attempts_delivery ON delivery_attempts (account, delivery_id, attempted_wall);
CREATE INDEX delivery_attempts_age ON delivery_attempts (attempted_wall);

-- A timer names a row; when it fires the row is loaded and asked what is due.
CREATE TABLE jobs (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  noun TEXT NOT NULL, due_at BIGINT NOT NULL, wake_wall BIGINT NOT NULL,
  lease_token TEXT, tries BIGINT NOT NULL, parked BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {BUSY};
CREATE INDEX jobs_due ON jobs (wake_wall, account, id) WHERE parked = 0;
CREATE INDEX jobs_account_due ON jobs (account, due_at, id) WHERE parked = 0;
