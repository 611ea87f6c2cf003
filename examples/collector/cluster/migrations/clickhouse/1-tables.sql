-- Run on every node; statements must be harmless when they run twice. {database} and {engine:<table>} are filled in.

-- Copies of an event have the same sort key, so all but the first received (the highest `age`) are removed when parts
-- are merged, and by FINAL until then. The key may only contain what is the same in every copy.
CREATE TABLE IF NOT EXISTS {database}.events (
  event_id String,
  app_id String,
  day Date,                 -- from the sender's id, not from the time of receipt
  event_name String,
  user_id String,
  properties String,
  ip Nullable(String),
  ua Nullable(String),
  dedupe_id Nullable(String),
  plan_issues Nullable(String),  -- JSON text: what is not as the tracking plan has it
  request_id String,
  received_at String,
  page String,              -- of a page view; what follows is for the live page, too
  document String,
  seq UInt32,
  dropped UInt32,
  received DateTime,
  place UInt64,             -- the order of receipt
  age UInt64 DEFAULT 9007199254740991 - place
) ENGINE = {engine:events} PARTITION BY toYYYYMM(day) ORDER BY (day, app_id, event_id);

CREATE TABLE IF NOT EXISTS {database}.requests (
  note_id String,
  request_id String,
  app_id Nullable(String),
  method String,
  path String,
  status UInt16,
  events UInt32,
  origin Nullable(String),
  reason Nullable(String),
  received_at String,
  received DateTime,
  place UInt64,
  age UInt64 DEFAULT 9007199254740991 - place
) ENGINE = {engine:requests} PARTITION BY toYYYYMM(received) ORDER BY (received, note_id);

CREATE TABLE IF NOT EXISTS {database}.duplicates (
  note_id String,
  app_id String,
  dedupe_id String,
  event_id String,
  request_id String,
  received_at String,
  received DateTime,
  place UInt64,
  age UInt64 DEFAULT 9007199254740991 - place
) ENGINE = {engine:duplicates} PARTITION BY toYYYYMM(received) ORDER BY (received, note_id);

-- The events without copies, for queries of your own.
CREATE VIEW IF NOT EXISTS {database}.events_once AS SELECT * FROM {database}.events FINAL;
