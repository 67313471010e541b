-- What redemptions take off a payment, as ids and minor units; nothing for a payment without discounts.
ALTER TABLE payments ADD COLUMN discounts TEXT;

-- What members can exchange points for.
CREATE TABLE rewards (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  program_id TEXT NOT NULL, name TEXT NOT NULL, cost BIGINT NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL,
  inventory BIGINT, active BIGINT NOT NULL, metadata TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {BUSY};
CREATE INDEX rewards_created ON rewards (account, created_at, id);
CREATE INDEX rewards_program ON rewards (account, program_id, created_at, id);
CREATE INDEX rewards_active ON rewards (account, active, created_at, id);

-- Points that were exchanged, with the lots they came from and the payment that carries what they bought.
CREATE TABLE redemptions (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  loyalty_account_id TEXT NOT NULL, customer_id TEXT, program_id TEXT NOT NULL, reward_id TEXT NOT NULL,
  status TEXT NOT NULL, points BIGINT NOT NULL, slices TEXT NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL,
  discount BIGINT, currency TEXT, code TEXT, payment_id TEXT, expires_at BIGINT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {WIDE};
CREATE INDEX redemptions_created ON redemptions (account, created_at, id);
CREATE INDEX redemptions_status ON redemptions (account, status, created_at, id)
  WHERE status <> 'applied' AND status <> 'released';
CREATE INDEX redemptions_member ON redemptions (account, loyalty_account_id, created_at, id);
CREATE INDEX redemptions_payment ON redemptions (account, payment_id, created_at, id) WHERE payment_id IS NOT NULL;
