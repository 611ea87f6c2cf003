-- What the live page shows of the last day, counted as rows are inserted: looking through millions of them takes seconds.
CREATE TABLE minutes (
  minute INTEGER NOT NULL,  -- of receipt, since 1970
  app_id TEXT NOT NULL,
  events INTEGER NOT NULL,
  PRIMARY KEY (minute, app_id)
) WITHOUT ROWID;

CREATE TABLE hours (
  hour INTEGER NOT NULL,    -- of receipt, since 1970
  kind TEXT NOT NULL,       -- event: its name; page: the path of a page view; refused: status and code
  app_id TEXT NOT NULL,     -- '' where it is not known
  name TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (hour, kind, app_id, name)
) WITHOUT ROWID;

-- A page as the sender numbers its events: $view_id names it, $seq counts 1, 2, 3, … in it.
CREATE TABLE documents (
  app_id TEXT NOT NULL,
  document TEXT NOT NULL,
  user_id TEXT NOT NULL,    -- of its newest event
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  dropped INTEGER NOT NULL,       -- reported by its events as lost on purpose
  first_dropped INTEGER NOT NULL, -- of these, by the first one: they came before it
  last_at TEXT NOT NULL,
  missing INTEGER AS (last_seq - first_seq + 1 - seen - (dropped - first_dropped)) VIRTUAL,
  PRIMARY KEY (app_id, document)
) WITHOUT ROWID;
CREATE INDEX documents_with_gaps ON documents (last_at) WHERE missing > 0;

ALTER TABLE requests ADD COLUMN reason TEXT; -- the answer's code and message, where it was refused
CREATE INDEX requests_turned_away ON requests (status >= 400) WHERE status >= 400;

-- One visitor's events.
CREATE INDEX events_of_user ON events (app_id, user_id);
CREATE INDEX aliases_of_user ON aliases (app_id, user_id);

INSERT INTO minutes
  SELECT unixepoch(received_at) / 60, app_id, count(*) FROM events GROUP BY 1, 2;
INSERT INTO hours
  SELECT unixepoch(received_at) / 3600, 'event', app_id, substr(event_name, 1, 200), count(*)
  FROM events GROUP BY 1, 3, 4;
INSERT INTO hours
  SELECT unixepoch(received_at) / 3600, 'page', app_id, substr(json_extract(properties, '$.page'), 1, 200), count(*)
  FROM events WHERE event_name = 'page_view' AND json_type(properties, '$.page') = 'text' GROUP BY 1, 3, 4;
INSERT INTO hours
  SELECT unixepoch(received_at) / 3600, 'refused', coalesce(app_id, ''), CAST(status AS TEXT), count(*)
  FROM requests WHERE status >= 400 GROUP BY 1, 3, 4;
