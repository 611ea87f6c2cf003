-- How many rows each app has in each table, kept by triggers: counting millions of rows takes seconds.
CREATE TABLE totals (
  name TEXT NOT NULL,       -- a table; "refused" for the requests that were not accepted
  app_id TEXT NOT NULL,     -- '' where it is not known
  rows INTEGER NOT NULL,
  PRIMARY KEY (name, app_id)
) WITHOUT ROWID;

INSERT INTO totals SELECT 'events', app_id, count(*) FROM events GROUP BY app_id;
INSERT INTO totals SELECT 'users', app_id, count(*) FROM users GROUP BY app_id;
INSERT INTO totals SELECT 'aliases', app_id, count(*) FROM aliases GROUP BY app_id;
INSERT INTO totals SELECT 'duplicates', app_id, count(*) FROM duplicates GROUP BY app_id;
INSERT INTO totals SELECT 'requests', coalesce(app_id, ''), count(*) FROM requests GROUP BY 2;
INSERT INTO totals SELECT 'refused', '', count(*) FROM requests WHERE status <> 200;

CREATE TRIGGER events_added AFTER INSERT ON events BEGIN
  INSERT INTO totals VALUES ('events', new.app_id, 1) ON CONFLICT DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER events_removed AFTER DELETE ON events BEGIN
  UPDATE totals SET rows = rows - 1 WHERE name = 'events' AND app_id = old.app_id;
END;
CREATE TRIGGER users_added AFTER INSERT ON users BEGIN
  INSERT INTO totals VALUES ('users', new.app_id, 1) ON CONFLICT DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER users_removed AFTER DELETE ON users BEGIN
  UPDATE totals SET rows = rows - 1 WHERE name = 'users' AND app_id = old.app_id;
END;
CREATE TRIGGER aliases_added AFTER INSERT ON aliases BEGIN
  INSERT INTO totals VALUES ('aliases', new.app_id, 1) ON CONFLICT DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER aliases_removed AFTER DELETE ON aliases BEGIN
  UPDATE totals SET rows = rows - 1 WHERE name = 'aliases' AND app_id = old.app_id;
END;
CREATE TRIGGER duplicates_added AFTER INSERT ON duplicates BEGIN
  INSERT INTO totals VALUES ('duplicates', new.app_id, 1) ON CONFLICT DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER duplicates_removed AFTER DELETE ON duplicates BEGIN
  UPDATE totals SET rows = rows - 1 WHERE name = 'duplicates' AND app_id = old.app_id;
END;
CREATE TRIGGER requests_added AFTER INSERT ON requests BEGIN
  INSERT INTO totals VALUES ('requests', coalesce(new.app_id, ''), 1)
    ON CONFLICT DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER requests_removed AFTER DELETE ON requests BEGIN
  UPDATE totals SET rows = rows - 1 WHERE name = 'requests' AND app_id = coalesce(old.app_id, '');
END;
CREATE TRIGGER refused_added AFTER INSERT ON requests WHEN new.status <> 200 BEGIN
  INSERT INTO totals VALUES ('refused', '', 1) ON CONFLICT DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER refused_removed AFTER DELETE ON requests WHEN old.status <> 200 BEGIN
  UPDATE totals SET rows = rows - 1 WHERE name = 'refused';
END;

-- The newest rows of an app: SQLite adds the rowid to each index.
CREATE INDEX events_of_app ON events (app_id);
CREATE INDEX duplicates_of_app ON duplicates (app_id);
CREATE INDEX requests_of_app ON requests (app_id);
CREATE INDEX requests_refused ON requests (status <> 200) WHERE status <> 200;
CREATE INDEX events_by_id ON events (event_id);

-- What /readyz writes and removes again.
CREATE TABLE probes (content BLOB NOT NULL);
