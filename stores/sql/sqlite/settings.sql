PRAGMA wal_autocheckpoint = 4000;
PRAGMA temp_store = MEMORY;
-- After a long reader held up the checkpoints the log shrinks again.
PRAGMA journal_size_limit = 67108864;
PRAGMA cache_size = -16384;
