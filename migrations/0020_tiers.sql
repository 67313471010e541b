-- Tiers of loyalty programs. `counts` stays on when tiers are taken away: what members spend and earn goes on being counted.
ALTER TABLE programs ADD COLUMN tier_config TEXT;
ALTER TABLE programs ADD COLUMN counts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE earning_rules ADD COLUMN tier TEXT;
ALTER TABLE rewards ADD COLUMN tier TEXT;

-- The tier that a member was told last, and when they come into another by itself.
ALTER TABLE loyalty_accounts ADD COLUMN tier TEXT;
ALTER TABLE loyalty_accounts ADD COLUMN tier_until BIGINT;

-- The month in which a transaction counts towards its member's tier: 202611.
ALTER TABLE points_transactions ADD COLUMN month BIGINT;

-- What a member's month counts: the id is the member's and the month. Spend is ten-thousandths of a major unit.
CREATE TABLE tier_counts (
  account TEXT NOT NULL, id TEXT NOT NULL, spend BIGINT NOT NULL, points BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {BUSY};

-- What a payment counts as its member's spend in a program, and what of it went back: the id is made of both.
CREATE TABLE tier_spends (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  payment_id TEXT NOT NULL, loyalty_account_id TEXT NOT NULL, month BIGINT NOT NULL,
  spent BIGINT NOT NULL, gone BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};
