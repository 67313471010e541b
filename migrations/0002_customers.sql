-- Who pays. A deleted customer keeps its row without anything personal: payments go on naming it.
CREATE TABLE customers (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  email TEXT, email_key TEXT, name TEXT, phone TEXT, address TEXT, default_method_id TEXT,
  metadata TEXT NOT NULL, deleted BIGINT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {WIDE};
CREATE INDEX customers_created ON customers (account, deleted, created_at, id);
CREATE INDEX customers_email ON customers (account, email_key, created_at, id) WHERE email_key IS NOT NULL;
