-- Transfers are looked for by what moved money; what moved points is found by the transaction of points itself. Currencies are
-- capital letters, programs are not.
DROP INDEX transfers_source;
CREATE INDEX transfers_source ON transfers (account, source_id) WHERE unit < 'a';
