-- What a plan has beyond a step group lies with its other properties.
ALTER TABLE plans DROP COLUMN status;
