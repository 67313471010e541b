-- Where payments earn points, that they did is written as often as that they were completed, and is found as soon.
DROP INDEX events_type;
CREATE INDEX events_type ON events (account, type, sequence, id)
  WHERE type <> 'payment.created' AND type <> 'payment.completed' AND type <> 'loyalty.points.earned';
