-- What a payment earned is a part of its row: one row less for every payment with points.
ALTER TABLE payments ADD COLUMN awards TEXT;
CREATE INDEX points_awards_payment ON points_awards (account, payment_id);
UPDATE payments SET awards = (
  SELECT '[' || string_agg('{"account":"' || a.loyalty_account_id || '","clawed":' || a.clawed
    || ',"expires_at":' || COALESCE('' || a.expires_at, 'null') || ',"points":' || a.points
    || ',"program":"' || a.program_id || '","transaction":"' || a.transaction_id || '","waived":' || a.waived || '}', ',')
    || ']'
  FROM points_awards a WHERE a.account = payments.account AND a.payment_id = payments.id)
WHERE EXISTS (SELECT 1 FROM points_awards a WHERE a.account = payments.account AND a.payment_id = payments.id);
DROP TABLE points_awards;

-- Points that never lapse are what of a balance lies in no lot.
DELETE FROM points_lots WHERE id LIKE '%:9999999999999999';
