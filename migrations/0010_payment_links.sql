-- Addresses that make payments. Places that payments under way have taken are counted with those that completed, so that
-- a maximum holds.
CREATE TABLE payment_links (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  amount BIGINT NOT NULL, currency TEXT NOT NULL, description TEXT,
  reusable BIGINT NOT NULL, payments_max BIGINT, active BIGINT NOT NULL, expires_at BIGINT,
  return_url TEXT, metadata TEXT NOT NULL, code TEXT NOT NULL,
  payment_id TEXT, payments_open BIGINT NOT NULL, payments_completed BIGINT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {WIDE};
CREATE INDEX payment_links_created ON payment_links (account, created_at, id);
CREATE INDEX payment_links_active ON payment_links (account, active, created_at, id);
CREATE INDEX payment_links_code ON payment_links (account, code);

-- Which link made a payment.
ALTER TABLE payments ADD COLUMN payment_link_id TEXT;
CREATE INDEX payments_link ON payments (account, payment_link_id, created_at, id) WHERE payment_link_id IS NOT NULL;
