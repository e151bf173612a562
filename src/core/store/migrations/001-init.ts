/** The first state: ledger, records, and the rows that change. Never edited after a release. */
export const sql = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE ledger (
  sequence INTEGER PRIMARY KEY,
  bytes TEXT NOT NULL,
  hash TEXT NOT NULL,
  type TEXT NOT NULL GENERATED ALWAYS AS (json_extract(bytes, '$.type')) VIRTUAL,
  at TEXT NOT NULL GENERATED ALWAYS AS (json_extract(bytes, '$.at')) VIRTUAL,
  manifest_id TEXT GENERATED ALWAYS AS (json_extract(bytes, '$.body.manifest_id')) VIRTUAL
) STRICT;
CREATE INDEX ledger_by_type ON ledger (type, sequence);
CREATE INDEX ledger_by_manifest ON ledger (manifest_id, type, sequence) WHERE manifest_id IS NOT NULL;
CREATE TRIGGER ledger_keeps BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_holds BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

CREATE TABLE records (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  manifest_id TEXT,
  at TEXT NOT NULL,
  body TEXT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT;
CREATE INDEX records_by_manifest ON records (manifest_id, kind);
CREATE TRIGGER records_keep BEFORE UPDATE ON records BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;
CREATE TRIGGER records_hold BEFORE DELETE ON records BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;

CREATE TABLE manifests (
  id TEXT PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  digest TEXT NOT NULL,
  state TEXT NOT NULL,
  retries_left INTEGER NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  pid INTEGER NOT NULL,
  client TEXT,
  started_at TEXT NOT NULL,
  heartbeat_at TEXT NOT NULL,
  ended_at TEXT
) STRICT;

CREATE TABLE timeline (
  id INTEGER PRIMARY KEY,
  session TEXT NOT NULL,
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  key TEXT,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX timeline_by_time ON timeline (kind, at);
CREATE UNIQUE INDEX timeline_by_key ON timeline (session, kind, key) WHERE key IS NOT NULL;
`;
