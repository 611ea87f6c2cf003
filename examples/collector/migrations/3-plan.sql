-- What of an event is not as the tracking plan has it: a JSON list of sentences, null where all is.
ALTER TABLE events ADD COLUMN plan_issues TEXT;
