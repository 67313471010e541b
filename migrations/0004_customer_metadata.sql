-- Each pair of a customer's metadata, so that a merchant finds a customer by an id of its own.
CREATE TABLE customer_metadata (
  account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
  customer_id TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
) {TABLE};
CREATE INDEX customer_metadata_pair ON customer_metadata (account, name, value, created_at, id);
