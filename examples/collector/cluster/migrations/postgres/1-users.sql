-- Times are ISO 8601 in UTC, as they were answered; objects are JSON text, since jsonb cannot hold NUL characters.
CREATE TABLE users (
  id bigserial PRIMARY KEY,
  user_id text NOT NULL,     -- usr_…, ours
  app_id text NOT NULL,
  external_id text NOT NULL, -- the user_id sent
  email text,
  phone text,
  properties text NOT NULL,
  origin text,
  created_at text NOT NULL,
  updated_at text NOT NULL,
  UNIQUE (app_id, external_id)
);

-- Events of `alias_id` belong to the user whose external_id is `user_id`.
CREATE TABLE aliases (
  id bigserial PRIMARY KEY,
  app_id text NOT NULL,
  alias_id text NOT NULL,
  user_id text NOT NULL,
  created_at text NOT NULL,
  UNIQUE (app_id, alias_id)
);
CREATE INDEX aliases_of_user ON aliases (app_id, user_id);
