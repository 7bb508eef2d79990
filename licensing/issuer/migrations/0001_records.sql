-- Everything that one vendor's desk keeps, by bucket and key, in the order of bytes. Each value begins with its checksum.
-- Answers are signed and do not get smaller: they are kept as they are.
CREATE TABLE records (
	bucket text COLLATE "C" NOT NULL,
	key    text COLLATE "C" NOT NULL,
	value  bytea NOT NULL,
	PRIMARY KEY (bucket, key)
) WITH (fillfactor = 80);
ALTER TABLE records ALTER COLUMN value SET STORAGE EXTERNAL;
