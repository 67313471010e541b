-- Who the request is answered to that waits for an attempt (none: a merchant's program), and how often the acquirer, asked
-- after the attempt, had never heard of it.
ALTER TABLE attempts ADD COLUMN audience TEXT;
ALTER TABLE attempts ADD COLUMN not_found BIGINT NOT NULL DEFAULT 0;
-- How often timers were written: a clock that is about to be moved expects that there are no new ones.
ALTER TABLE counters ADD COLUMN timers BIGINT NOT NULL DEFAULT 0;
-- Timers that failed too often, which are tried again once a day.
CREATE INDEX jobs_parked ON jobs (wake_wall, account, id) WHERE parked = 1;
