-- What the collector keeps. Times are ISO 8601 in UTC, objects are JSON text.

-- Every call and every refusal, since "how often was this sent?" is a question about requests.
CREATE TABLE requests (
  request_id TEXT NOT NULL,
  app_id TEXT,              -- null where the caller was turned away before it was known
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  status INTEGER NOT NULL,
  events INTEGER NOT NULL,  -- acknowledged, copies included; 0 where refused
  origin TEXT,
  received_at TEXT NOT NULL
);

CREATE TABLE events (
  event_id TEXT NOT NULL,   -- evt_…, ours
  app_id TEXT NOT NULL,
  event_name TEXT NOT NULL,
  user_id TEXT NOT NULL,    -- as sent
  properties TEXT NOT NULL,
  ip TEXT,
  ua TEXT,
  dedupe_id TEXT,           -- properties.$event_id, the sender's
  request_id TEXT NOT NULL,
  received_at TEXT NOT NULL
);
CREATE UNIQUE INDEX events_once ON events (app_id, dedupe_id) WHERE dedupe_id IS NOT NULL;

-- Copies that were acknowledged and not stored again.
CREATE TABLE duplicates (
  app_id TEXT NOT NULL,
  dedupe_id TEXT NOT NULL,
  event_id TEXT NOT NULL,   -- of the event that is stored
  request_id TEXT NOT NULL,
  received_at TEXT NOT NULL
);

CREATE TABLE users (
  user_id TEXT NOT NULL,    -- usr_…, ours
  app_id TEXT NOT NULL,
  external_id TEXT NOT NULL, -- the user_id sent
  email TEXT,
  phone TEXT,
  properties TEXT NOT NULL,
  origin TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (app_id, external_id)
);

-- Events of `alias_id` belong to the user whose external_id is `user_id`.
CREATE TABLE aliases (
  app_id TEXT NOT NULL,
  alias_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  UNIQUE (app_id, alias_id)
);
