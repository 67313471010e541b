-- Loyalty: programs, what earns points in them, their members, and every movement of a member's points.
CREATE TABLE programs (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  name TEXT NOT NULL, points_name TEXT NOT NULL, point_value BIGINT NOT NULL, rounding TEXT NOT NULL,
  expiry_months BIGINT, auto_enroll BIGINT NOT NULL, allow_negative BIGINT NOT NULL, active BIGINT NOT NULL,
  metadata TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};
CREATE INDEX programs_created ON programs (account, created_at, id);

-- Every account has one program from the beginning.
INSERT INTO programs (account, id, version, name, points_name, point_value, rounding, expiry_months, auto_enroll,
  allow_negative, active, metadata, created_at)
SELECT account, 'prog_default', 1, 'Rewards', 'points', 1, 'down', NULL, 0, 1, 1, '{}', created_at
FROM accounts WHERE id = 'self';

CREATE TABLE earning_rules (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  program_id TEXT NOT NULL, name TEXT, set_off_by TEXT NOT NULL, award TEXT NOT NULL,
  amount_min BIGINT, currency TEXT, multiplier BIGINT NOT NULL, cap_points BIGINT, cap_window TEXT,
  active BIGINT NOT NULL, metadata TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};
CREATE INDEX earning_rules_created ON earning_rules (account, created_at, id);
CREATE INDEX earning_rules_program ON earning_rules (account, program_id, created_at, id);

-- Members. The balance is what lies in the open lots, or a debt.
CREATE TABLE loyalty_accounts (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  program_id TEXT NOT NULL, customer_id TEXT, status TEXT NOT NULL,
  balance BIGINT NOT NULL, pending BIGINT NOT NULL, lifetime BIGINT NOT NULL, metadata TEXT NOT NULL,
  wakes_at BIGINT, noticed_until BIGINT, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {BUSY};
CREATE INDEX loyalty_accounts_created ON loyalty_accounts (account, created_at, id);
CREATE INDEX loyalty_accounts_program ON loyalty_accounts (account, program_id, created_at, id);
CREATE INDEX loyalty_accounts_customer ON loyalty_accounts (account, customer_id, created_at, id)
  WHERE customer_id IS NOT NULL;

-- One member for a customer and a program, whoever comes first: the id is made of both.
CREATE TABLE memberships (
  account TEXT NOT NULL, id TEXT NOT NULL, loyalty_account_id TEXT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};

-- What of a member's points lapses when: the id is the member's and the moment.
CREATE TABLE points_lots (
  account TEXT NOT NULL, id TEXT NOT NULL, points BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {BUSY};

CREATE TABLE points_transactions (
  account TEXT NOT NULL, id TEXT NOT NULL,
  loyalty_account_id TEXT NOT NULL, customer_id TEXT, program_id TEXT NOT NULL, type TEXT NOT NULL,
  points BIGINT NOT NULL, slices TEXT NOT NULL, waived BIGINT NOT NULL, balance_after BIGINT NOT NULL,
  payment_id TEXT, refund_id TEXT, dispute_id TEXT, redemption_id TEXT, rule_id TEXT,
  paid BIGINT, currency TEXT, reason TEXT, expires_at BIGINT, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {WIDE};
CREATE INDEX points_transactions_created ON points_transactions (account, created_at, id);
CREATE INDEX points_transactions_member ON points_transactions (account, loyalty_account_id, created_at, id);
CREATE INDEX points_transactions_type ON points_transactions (account, type, created_at, id)
  WHERE type <> 'earn';
CREATE INDEX points_transactions_payment ON points_transactions (account, payment_id, created_at, id)
  WHERE payment_id IS NOT NULL;

-- What a payment earned in a program, once: the id is made of both.
CREATE TABLE points_awards (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  payment_id TEXT NOT NULL, program_id TEXT NOT NULL, loyalty_account_id TEXT NOT NULL, transaction_id TEXT NOT NULL,
  points BIGINT NOT NULL, clawed BIGINT NOT NULL, waived BIGINT NOT NULL, expires_at BIGINT,
  PRIMARY KEY (account, id)
) {TABLE};

-- What a refund or a dispute took back of an award, as long as it stands: the id is made of it and the program.
CREATE TABLE clawbacks (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  award_id TEXT NOT NULL, transaction_id TEXT NOT NULL, clawed BIGINT NOT NULL, waived BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};

-- What a rule with a cap has given a member: the id is the rule's, the member's and the first day of the window.
CREATE TABLE earning_caps (
  account TEXT NOT NULL, id TEXT NOT NULL, points BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {BUSY};
