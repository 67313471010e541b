-- What the request that waits for an attempt wants to be shown whole, as names with commas between: its answer may be
-- written by a unit that never saw the request.
ALTER TABLE attempts ADD COLUMN expand TEXT;
