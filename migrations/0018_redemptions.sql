-- What redemptions take off a payment, as ids and minor units; nothing for a payment without discounts.
ALTER TABLE payments ADD COLUMN discounts TEXT;
