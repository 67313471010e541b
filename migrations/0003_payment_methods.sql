-- Cards that can be charged again: what may be shown of them. A pending one waits for the charge that keeps it.
CREATE TABLE payment_methods (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  customer_id TEXT, type TEXT NOT NULL,
  card_brand TEXT NOT NULL, card_last4 TEXT NOT NULL, card_exp_month BIGINT NOT NULL, card_exp_year BIGINT NOT NULL,
  funding TEXT NOT NULL, country TEXT, fingerprint TEXT NOT NULL, name TEXT,
  status TEXT NOT NULL, expiring_at BIGINT, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {WIDE};
CREATE INDEX payment_methods_customer ON payment_methods (account, customer_id, status, created_at, id) WHERE customer_id IS NOT NULL;

-- Numbers of saved cards, each under a data key of its own, which is wrapped by the master key `key_id`.
CREATE TABLE card_vault (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  key_id BIGINT NOT NULL, wrapped_key {BLOB} NOT NULL, sealed {BLOB} NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};
CREATE INDEX card_vault_key ON card_vault (key_id, account, id);

CREATE TABLE setups (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  status TEXT NOT NULL, customer_id TEXT NOT NULL, payment_method_id TEXT,
  return_url TEXT, cancel_url TEXT, checkout_token TEXT NOT NULL, failure_code TEXT, metadata TEXT NOT NULL,
  authenticate_until BIGINT, expires_at BIGINT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {WIDE};

-- A card that pays may be kept: the pending method, and whose it will be.
ALTER TABLE payments ADD COLUMN save_method BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN saving_method_id TEXT;
ALTER TABLE payments ADD COLUMN saving_customer_id TEXT;
ALTER TABLE payments ADD COLUMN saving_email TEXT;
