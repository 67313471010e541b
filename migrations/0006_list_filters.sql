-- What lists are filtered by, as far as a common payment does not pay for it: that a payment was created and completed
-- is written most often, and is found soon by going through the list. See http/list.rs.
CREATE INDEX payments_status ON payments (account, status, created_at, id) WHERE status <> 'completed';
CREATE INDEX events_type ON events (account, type, sequence, id) WHERE type <> 'payment.created' AND type <> 'payment.completed';
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (account, endpoint_id, status, created_at, id) WHERE status = 'failed';
