-- What customers subscribed to. Items, trial, discount and what else belongs together is JSON.
CREATE TABLE subscriptions (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  customer_id TEXT NOT NULL, status TEXT NOT NULL, currency TEXT NOT NULL, items TEXT NOT NULL, items_next TEXT,
  starts_at BIGINT NOT NULL, anchor BIGINT NOT NULL, cycle TEXT NOT NULL, cycle_count BIGINT NOT NULL,
  first_period BIGINT NOT NULL, period BIGINT NOT NULL, period_start BIGINT NOT NULL, period_end BIGINT NOT NULL,
  trial TEXT, days_until_due BIGINT, pause TEXT, default_method TEXT, dunning_policy TEXT, discount TEXT,
  incomplete_until BIGINT, cancel_at BIGINT, canceled_at BIGINT, ended_at BIGINT, latest_invoice TEXT,
  metadata TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {WIDE};
CREATE INDEX subscriptions_created ON subscriptions (account, created_at, id);
CREATE INDEX subscriptions_customer ON subscriptions (account, customer_id, created_at, id);
CREATE INDEX subscriptions_status ON subscriptions (account, status, created_at, id);

-- The subscription of an item, for usage that names only the item.
CREATE TABLE subscription_items (
  account TEXT NOT NULL, id TEXT NOT NULL, subscription_id TEXT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};

-- What customers owe. Amounts are minor units; the ids of its lines in their order and what credit notes took back are JSON.
CREATE TABLE invoices (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  customer_id TEXT NOT NULL, subscription_id TEXT, subscription_period BIGINT, currency TEXT NOT NULL,
  number TEXT, status TEXT NOT NULL, lines TEXT NOT NULL,
  subtotal BIGINT NOT NULL, discount BIGINT NOT NULL, tax BIGINT NOT NULL, total BIGINT NOT NULL,
  credit_applied BIGINT NOT NULL, amount_due BIGINT NOT NULL, amount_paid BIGINT NOT NULL, credited TEXT NOT NULL,
  days_until_due BIGINT, due_at BIGINT, period_start BIGINT, period_end BIGINT, finalizes_at BIGINT,
  attempt_count BIGINT NOT NULL, dunning TEXT, payment_id TEXT, checkout TEXT, footer TEXT, metadata TEXT NOT NULL,
  created_at BIGINT NOT NULL, finalized_at BIGINT, paid_at BIGINT,
  PRIMARY KEY (account, id)
) {WIDE};
CREATE INDEX invoices_created ON invoices (account, created_at, id);
CREATE INDEX invoices_customer ON invoices (account, customer_id, created_at, id);
CREATE INDEX invoices_subscription ON invoices (account, subscription_id, created_at, id)
  WHERE subscription_id IS NOT NULL;
-- Most are paid; what is not is what people look for.
CREATE INDEX invoices_status ON invoices (account, status, created_at, id) WHERE status <> 'paid';

-- The lines of invoices, each with how it came about. Their order is in the invoice.
CREATE TABLE invoice_lines (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  invoice_id TEXT NOT NULL, description TEXT NOT NULL, quantity BIGINT NOT NULL,
  amount BIGINT NOT NULL, computation TEXT NOT NULL, period_start BIGINT, period_end BIGINT,
  product_id TEXT, price_id TEXT, item_id TEXT, invoice_item_id TEXT,
  discount BIGINT NOT NULL, net BIGINT NOT NULL, tax BIGINT NOT NULL,
  credited_net BIGINT NOT NULL, credited_tax BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {WIDE};
CREATE INDEX invoice_lines_invoice ON invoice_lines (account, invoice_id, id);

-- What waits for a customer's next invoice, or is on one. The line that it is or will be is JSON.
CREATE TABLE invoice_items (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  customer_id TEXT NOT NULL, invoice_id TEXT, subscription_id TEXT, currency TEXT NOT NULL, line TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {WIDE};
CREATE INDEX invoice_items_created ON invoice_items (account, created_at, id);
CREATE INDEX invoice_items_customer ON invoice_items (account, customer_id, created_at, id);
CREATE INDEX invoice_items_invoice ON invoice_items (account, invoice_id, created_at, id)
  WHERE invoice_id IS NOT NULL;
CREATE INDEX invoice_items_waiting ON invoice_items (account, customer_id, id) WHERE invoice_id IS NULL;

-- The invoice of a period: the id is the subscription's with the period's number, so no period is billed twice.
CREATE TABLE billed_periods (
  account TEXT NOT NULL, id TEXT NOT NULL, invoice_id TEXT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};

-- The last number that was given to an invoice; read and raised in the unit that finalizes, so there is no gap.
CREATE TABLE invoice_counters (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL, last BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};

-- The invoice that gave or took store credit.
ALTER TABLE credit_transactions ADD COLUMN invoice_id TEXT;

-- The invoice that a payment is for.
ALTER TABLE payments ADD COLUMN invoice_id TEXT;
