-- Lines of the balance and transactions of points get their ids from the server, which sort by time: the key lists them, and
-- an index by the time of creation is one page more that each row changes.
DROP INDEX balance_transactions_created;
DROP INDEX balance_transactions_source;
CREATE INDEX balance_transactions_source ON balance_transactions (account, source, id);
DROP INDEX points_transactions_created;
DROP INDEX points_transactions_member;
CREATE INDEX points_transactions_member ON points_transactions (account, loyalty_account_id, id);
DROP INDEX points_transactions_type;
CREATE INDEX points_transactions_type ON points_transactions (account, type, id) WHERE type <> 'earn';

-- A payment names the first transaction of each of its awards; only what came after it is looked for by the payment.
DROP INDEX points_transactions_payment;
ALTER TABLE points_transactions ADD COLUMN further_of TEXT;
UPDATE points_transactions SET further_of = payment_id WHERE payment_id IS NOT NULL;
CREATE INDEX points_transactions_further ON points_transactions (account, further_of) WHERE further_of IS NOT NULL;

-- What moves points is a transaction of points, which says by its type between which accounts of the ledger: it is the
-- transfer, and needs no second row.
DELETE FROM transfers WHERE unit >= 'a';
DROP INDEX transfers_source;
CREATE INDEX transfers_source ON transfers (account, source_id);
