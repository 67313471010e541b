-- Reports of usage, never changed. The id is the item's with the merchant's own name for the report, so that none is counted
-- twice; with the record's own where it has no name.
CREATE TABLE usage_records (
  account TEXT NOT NULL, id TEXT NOT NULL,
  record_id TEXT NOT NULL, period BIGINT NOT NULL, quantity BIGINT NOT NULL, used_at BIGINT NOT NULL,
  action TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};

-- What the records of an item's period come to; the id is the item's with the period's number. A bill reads this row and no
-- record, and gives it the period's ends: from then on nothing is added. Instants are milliseconds, 0 for none.
CREATE TABLE usage_totals (
  account TEXT NOT NULL, id TEXT NOT NULL,
  records BIGINT NOT NULL, summed BIGINT NOT NULL, largest BIGINT NOT NULL,
  latest BIGINT NOT NULL, latest_at BIGINT NOT NULL, set_at BIGINT NOT NULL,
  period_start BIGINT NOT NULL, period_end BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};

-- The periods in which something of an item was used. A summary is as old as its period.
CREATE TABLE usage_periods (
  account TEXT NOT NULL, id TEXT NOT NULL,
  item_id TEXT NOT NULL, number BIGINT NOT NULL, aggregate TEXT NOT NULL, period_end BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};
CREATE UNIQUE INDEX usage_periods_number ON usage_periods (account, item_id, number);
CREATE INDEX usage_periods_item ON usage_periods (account, item_id, created_at, id);
