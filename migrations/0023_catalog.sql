-- What a merchant sells.
CREATE TABLE products (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  name TEXT NOT NULL, description TEXT, active BIGINT NOT NULL, tax_code TEXT, images TEXT NOT NULL,
  metadata TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};
CREATE INDEX products_created ON products (account, created_at, id);
CREATE INDEX products_active ON products (account, active, created_at, id);

-- What it costs. The model is JSON: its amounts are exact decimals of minor units.
CREATE TABLE prices (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  product_id TEXT NOT NULL, currency TEXT NOT NULL, model TEXT NOT NULL, recurring TEXT, nickname TEXT,
  active BIGINT NOT NULL, metadata TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};
CREATE INDEX prices_created ON prices (account, created_at, id);
CREATE INDEX prices_product ON prices (account, product_id, created_at, id);
CREATE INDEX prices_active ON prices (account, active, created_at, id);

-- Money off invoices. A coupon has basis points, or an amount with a currency.
CREATE TABLE coupons (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  name TEXT, code TEXT, percent_bps BIGINT, amount BIGINT, currency TEXT,
  duration TEXT NOT NULL, periods BIGINT, redemptions_max BIGINT, times_redeemed BIGINT NOT NULL, redeem_by BIGINT,
  applies_to TEXT NOT NULL, active BIGINT NOT NULL, metadata TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};
CREATE INDEX coupons_created ON coupons (account, created_at, id);
CREATE INDEX coupons_active ON coupons (account, active, created_at, id);
CREATE INDEX coupons_code ON coupons (account, code, created_at, id) WHERE code IS NOT NULL;

-- The coupon of a code: the id is the code in upper case.
CREATE TABLE coupon_codes (
  account TEXT NOT NULL, id TEXT NOT NULL, coupon_id TEXT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};

-- Taxes. The percentage is in thousandths.
CREATE TABLE tax_rates (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  display_name TEXT NOT NULL, percent_millis BIGINT NOT NULL, inclusive BIGINT NOT NULL, country TEXT,
  active BIGINT NOT NULL, metadata TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};
CREATE INDEX tax_rates_created ON tax_rates (account, created_at, id);
CREATE INDEX tax_rates_active ON tax_rates (account, active, created_at, id);
