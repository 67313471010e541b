-- What lets a browser confirm one payment, as a digest; the row's id is the payment's.
CREATE TABLE client_secrets (
  account TEXT NOT NULL, id TEXT NOT NULL,
  digest TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};

-- Where a card was typed: on a page or in fields of ours, or by a program that read it itself.
ALTER TABLE payment_methods ADD COLUMN source TEXT NOT NULL DEFAULT 'surface';
