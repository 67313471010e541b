-- Bank accounts that can be debited again: `type` is then `sepa_debit`, and the mandate is the holder's leave, given with the
-- payment or setup in `mandate_origin`. The columns of a card say nothing of an account: a server that knows only cards, and
-- runs beside one that knows more, takes it for a card that has expired, and does not charge it. Numbers of accounts lie
-- in `card_vault` too.
ALTER TABLE payment_methods ADD COLUMN mandate TEXT;
ALTER TABLE payment_methods ADD COLUMN mandate_accepted_at BIGINT;
ALTER TABLE payment_methods ADD COLUMN mandate_origin TEXT;
ALTER TABLE payment_methods ADD COLUMN mandate_status TEXT;
