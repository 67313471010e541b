-- Money given back. What is left to give back is decided on the payment's row, which every refund changes.
CREATE TABLE refunds (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  payment_id TEXT NOT NULL, amount BIGINT NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL,
  reason TEXT, failure_reason TEXT, fails_at BIGINT, attempt_id TEXT, metadata TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {WIDE};
CREATE INDEX refunds_created ON refunds (account, created_at, id);
CREATE INDEX refunds_payment ON refunds (account, payment_id, created_at, id);

-- What the network has taken back or may take, and the newest refund as it stands, so that a payment is shown from one
-- row.
ALTER TABLE payments ADD COLUMN amount_disputed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN latest_refund TEXT;

-- A refund is an attempt as well.
ALTER TABLE attempts ADD COLUMN refund_id TEXT;

-- Charges that banks take back.
CREATE TABLE disputes (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  payment_id TEXT NOT NULL, amount BIGINT NOT NULL, currency TEXT NOT NULL, fee BIGINT NOT NULL,
  status TEXT NOT NULL, reason TEXT NOT NULL, evidence TEXT NOT NULL,
  evidence_due_at BIGINT NOT NULL, decided_at BIGINT, metadata TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {WIDE};
CREATE INDEX disputes_created ON disputes (account, created_at, id);
CREATE INDEX disputes_payment ON disputes (account, payment_id, created_at, id);
CREATE INDEX disputes_status ON disputes (account, status, created_at, id);
