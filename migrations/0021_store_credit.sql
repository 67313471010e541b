-- What customers' store credit pays of a payment, what of that was given back, and what of a refund that is; in minor units.
ALTER TABLE payments ADD COLUMN credit_applied BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN credit_refunded BIGINT NOT NULL DEFAULT 0;
ALTER TABLE refunds ADD COLUMN credit_amount BIGINT NOT NULL DEFAULT 0;

-- What a customer has in a currency: the id is made of both. What open payments hold is a part of the balance.
CREATE TABLE customer_credit (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  customer_id TEXT NOT NULL, currency TEXT NOT NULL, balance BIGINT NOT NULL, held BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {BUSY};
CREATE INDEX customer_credit_customer ON customer_credit (account, customer_id, id);

-- Every movement of such a balance.
CREATE TABLE credit_transactions (
  account TEXT NOT NULL, id TEXT NOT NULL,
  customer_id TEXT NOT NULL, currency TEXT NOT NULL, type TEXT NOT NULL, amount BIGINT NOT NULL,
  balance_after BIGINT NOT NULL, redemption_id TEXT, payment_id TEXT, refund_id TEXT, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {BUSY};
CREATE INDEX credit_transactions_created ON credit_transactions (account, created_at, id);
CREATE INDEX credit_transactions_customer ON credit_transactions (account, customer_id, created_at, id);
CREATE INDEX credit_transactions_payment ON credit_transactions (account, payment_id, created_at, id)
  WHERE payment_id IS NOT NULL;
