-- When a slow bank says what became of a payment, what sort of thing pays (a payment that names none was paid by a card), and
-- what may be shown of an account that is debited.
ALTER TABLE payments ADD COLUMN clears_at BIGINT;
ALTER TABLE payments ADD COLUMN method_type TEXT;
ALTER TABLE payments ADD COLUMN bank_country TEXT;
ALTER TABLE payments ADD COLUMN bank_last4 TEXT;
ALTER TABLE payments ADD COLUMN bank_holder TEXT;
ALTER TABLE payments ADD COLUMN mandate TEXT;
