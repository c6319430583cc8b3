"""The tables of the store: one script per schema version, never changed once it is released.

What is asked by SQL is a column; everything else is a JSON document, so that new fields need no new schema.
Times are ISO 8601 in UTC with microseconds, as InvenioRDM writes them, and therefore sort as text.
Record ids are numbers (see `identifiers`); a record and the draft that edits it share theirs.
"""

from __future__ import annotations

_VERSION_1 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE COLLATE NOCASE, created TEXT NOT NULL,
    updated TEXT NOT NULL, active INTEGER NOT NULL DEFAULT 1, json TEXT NOT NULL DEFAULT '{}'
);
-- Only the SHA-256 of a token is kept. A token with a session belongs to one run of the server and goes with it.
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL, scopes TEXT NOT NULL DEFAULT '[]', created TEXT NOT NULL,
    expires TEXT, session TEXT
);

-- A parent is the concept that all versions of a record share. latest_id: its newest published version;
-- next_draft_id: the draft of the next version; last_index: the highest version number ever given.
CREATE TABLE parents (
    id INTEGER PRIMARY KEY, created TEXT NOT NULL, updated TEXT NOT NULL, revision INTEGER NOT NULL DEFAULT 1,
    owner_id INTEGER REFERENCES users, latest_id INTEGER, next_draft_id INTEGER, last_index INTEGER NOT NULL DEFAULT 0,
    json TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE records (
    id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parents, version_index INTEGER NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, revision INTEGER NOT NULL DEFAULT 1, bucket_id TEXT NOT NULL,
    embargo_until TEXT, deletion TEXT, json TEXT NOT NULL
);
CREATE INDEX records_of_parent ON records (parent_id, version_index);
CREATE INDEX records_under_embargo ON records (embargo_until) WHERE embargo_until IS NOT NULL;
CREATE TABLE drafts (
    id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parents, version_index INTEGER NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, expires TEXT NOT NULL, revision INTEGER NOT NULL DEFAULT 1,
    bucket_id TEXT NOT NULL, json TEXT NOT NULL
);
CREATE INDEX drafts_of_parent ON drafts (parent_id);
-- Every published state of a record. A draft's revision counter outlives the draft, so that If-Match stays honest.
CREATE TABLE revisions (
    record_id INTEGER NOT NULL, revision INTEGER NOT NULL, created TEXT NOT NULL, user_id INTEGER, json TEXT NOT NULL,
    PRIMARY KEY (record_id, revision)
) WITHOUT ROWID;
CREATE TABLE draft_counters (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL);

CREATE TABLE buckets (
    id TEXT PRIMARY KEY, created TEXT NOT NULL, locked INTEGER NOT NULL DEFAULT 0, quota INTEGER,
    json TEXT NOT NULL DEFAULT '{}'
);
-- A pending file has no blob before its content came, and one that is not committed after it came.
CREATE TABLE files (
    bucket_id TEXT NOT NULL REFERENCES buckets ON DELETE CASCADE, key TEXT NOT NULL, position INTEGER NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, status TEXT NOT NULL, blob TEXT REFERENCES blobs, size INTEGER,
    checksum TEXT, mimetype TEXT, file_id TEXT, version_id TEXT, stored TEXT, json TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (bucket_id, key)
);
CREATE INDEX files_of_blob ON files (blob);
CREATE TABLE parts (
    bucket_id TEXT NOT NULL, key TEXT NOT NULL, part INTEGER NOT NULL, blob TEXT NOT NULL REFERENCES blobs,
    PRIMARY KEY (bucket_id, key, part), FOREIGN KEY (bucket_id, key) REFERENCES files ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX parts_of_blob ON parts (blob);
-- References are counted by asking (files_of_blob, parts_of_blob): a counter could be wrong, an index cannot.
CREATE TABLE blobs (
    sha256 TEXT PRIMARY KEY, md5 TEXT NOT NULL, size INTEGER NOT NULL, created TEXT NOT NULL, checked TEXT
) WITHOUT ROWID;

-- status: N new (in a draft), K reserved, R registered, D deleted: the letters of Invenio's PID store.
CREATE TABLE pids (
    scheme TEXT NOT NULL, value TEXT NOT NULL COLLATE NOCASE, provider TEXT NOT NULL, status TEXT NOT NULL,
    record_id INTEGER, parent_id INTEGER, created TEXT NOT NULL, updated TEXT NOT NULL,
    json TEXT NOT NULL DEFAULT '{}', PRIMARY KEY (scheme, value)
) WITHOUT ROWID;
CREATE INDEX pids_of_record ON pids (record_id);

CREATE TABLE communities (
    id TEXT PRIMARY KEY, slug TEXT NOT NULL UNIQUE COLLATE NOCASE, created TEXT NOT NULL, updated TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1, deletion TEXT, json TEXT NOT NULL
);
CREATE TABLE members (
    id TEXT PRIMARY KEY, community_id TEXT NOT NULL REFERENCES communities ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users, role TEXT NOT NULL, active INTEGER NOT NULL DEFAULT 1,
    created TEXT NOT NULL, json TEXT NOT NULL DEFAULT '{}', UNIQUE (community_id, user_id)
);
CREATE TABLE community_records (
    community_id TEXT NOT NULL REFERENCES communities ON DELETE CASCADE, parent_id INTEGER NOT NULL REFERENCES parents,
    request_id TEXT, created TEXT NOT NULL, PRIMARY KEY (community_id, parent_id)
) WITHOUT ROWID;
CREATE TABLE requests (
    id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, type TEXT NOT NULL, status TEXT NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, expires TEXT, revision INTEGER NOT NULL DEFAULT 1,
    created_by INTEGER REFERENCES users, receiver TEXT, record_id INTEGER, json TEXT NOT NULL
);
CREATE INDEX requests_of_record ON requests (record_id);
CREATE INDEX requests_of_receiver ON requests (receiver);
CREATE TABLE events (
    id TEXT PRIMARY KEY, request_id TEXT NOT NULL REFERENCES requests ON DELETE CASCADE, type TEXT NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, revision INTEGER NOT NULL DEFAULT 1, created_by INTEGER,
    json TEXT NOT NULL
);
CREATE INDEX events_of_request ON events (request_id, created);

CREATE TABLE access_links (
    id TEXT PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parents, hash TEXT NOT NULL UNIQUE,
    permission TEXT NOT NULL, created TEXT NOT NULL, expires TEXT, json TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE access_grants (
    parent_id INTEGER NOT NULL REFERENCES parents, subject_type TEXT NOT NULL, subject_id TEXT NOT NULL,
    permission TEXT NOT NULL, created TEXT NOT NULL, json TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (parent_id, subject_type, subject_id)
) WITHOUT ROWID;

CREATE TABLE stats (
    record_id INTEGER NOT NULL, parent_id INTEGER NOT NULL, day TEXT NOT NULL, kind TEXT NOT NULL,
    total INTEGER NOT NULL DEFAULT 0, unique_total INTEGER NOT NULL DEFAULT 0, volume INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (record_id, day, kind)
) WITHOUT ROWID;
CREATE INDEX stats_of_parent ON stats (parent_id, kind);

-- Append-only: what happened, in the order in which it was committed. Harvesters and mirrors follow seq.
CREATE TABLE changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, kind TEXT NOT NULL, record_id INTEGER, parent_id INTEGER,
    user_id INTEGER, json TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX changes_of_record ON changes (record_id, seq);
-- Work that waits for another server (DataCite, webhooks) or for a date.
CREATE TABLE queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, due TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    created TEXT NOT NULL, json TEXT NOT NULL
);
CREATE INDEX queue_by_due ON queue (due);

-- The search index. doc = 2 * record id, + 1 for a draft. latest: 1 for the newest published version.
CREATE TABLE documents (
    doc INTEGER PRIMARY KEY, record_id INTEGER NOT NULL, parent_id INTEGER NOT NULL, owner_id INTEGER,
    is_draft INTEGER NOT NULL, latest INTEGER NOT NULL, public INTEGER NOT NULL, version_index INTEGER NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, sort_title TEXT NOT NULL DEFAULT '', published TEXT NOT NULL DEFAULT ''
);
CREATE INDEX documents_newest ON documents (is_draft, latest, created);
CREATE INDEX documents_of_owner ON documents (owner_id, updated);
CREATE INDEX documents_of_parent ON documents (parent_id);
CREATE TABLE terms (
    field TEXT NOT NULL, value TEXT NOT NULL COLLATE NOCASE, doc INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    PRIMARY KEY (field, value, doc)
) WITHOUT ROWID;
CREATE INDEX terms_of_document ON terms (doc);
"""

# The search index has what is counted and filtered most as columns, and fields by number. The full text index ``texts`` is
# made by `indexing.rebuild`, which fills all of it.
_VERSION_2 = """
DROP TABLE IF EXISTS texts;
DROP TABLE terms;
DROP TABLE documents;
CREATE TABLE documents (
    doc INTEGER PRIMARY KEY, record_id INTEGER NOT NULL, parent_id INTEGER NOT NULL, owner_id INTEGER,
    is_draft INTEGER NOT NULL, latest INTEGER NOT NULL, public INTEGER NOT NULL, version_index INTEGER NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, access_status TEXT NOT NULL, resource_type TEXT NOT NULL,
    published_from TEXT NOT NULL, published_to TEXT NOT NULL
);
CREATE INDEX documents_newest ON documents (is_draft, latest, created);
CREATE INDEX documents_counted ON documents (is_draft, latest, access_status, resource_type, public, owner_id, parent_id);
CREATE INDEX documents_of_owner ON documents (owner_id, updated);
CREATE INDEX documents_of_parent ON documents (parent_id);
CREATE TABLE fields (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE terms (
    field INTEGER NOT NULL REFERENCES fields, value TEXT NOT NULL,
    doc INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE, PRIMARY KEY (field, value, doc)
) WITHOUT ROWID;
CREATE INDEX terms_of_document ON terms (doc, field, value);
"""

# Harvesters follow published records in the order of ``changed``: when it, or the communities it is in, last changed.
# `indexing.rebuild` fills it.
_VERSION_3 = """
ALTER TABLE documents ADD COLUMN changed TEXT NOT NULL DEFAULT '';
CREATE INDEX documents_changed ON documents (changed, record_id) WHERE is_draft = 0 AND public = 1;
"""

# What results are counted by stands with the documents, several values in one text (see `facets.BETWEEN`), so that one pass
# counts all of it. `indexing.rebuild` fills it.
_VERSION_4 = """
ALTER TABLE documents ADD COLUMN file_types TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN subjects TEXT NOT NULL DEFAULT '';
"""

# DOIs that are registered at DataCite, each with what DataCite is known to hold of it and whether it has to hear more.
# registry: address of its API. state: empty, draft, findable or registered (hidden), in its words. change counts what there is
# to be told; due: when to tell it, null when it was told or refused. said: what it answered when it did not do it.
_VERSION_5 = """
DROP TABLE IF EXISTS queue;
CREATE TABLE registrations (
    doi TEXT PRIMARY KEY COLLATE NOCASE, registry TEXT NOT NULL, state TEXT NOT NULL DEFAULT '',
    change INTEGER NOT NULL DEFAULT 1, due TEXT, tries INTEGER NOT NULL DEFAULT 0, said TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX registrations_due ON registrations (due) WHERE due IS NOT NULL;
"""

# Few combinations of what results are counted by occur among very many documents, so each combination has a letter, and a
# string of letters is counted at once. What is read of every hit stands in front: SQLite reads a row up to the last column
# that is asked for. `indexing.rebuild` fills it.
_VERSION_6 = """
DELETE FROM terms;
DROP TABLE documents;
CREATE TABLE combinations (
    letter TEXT PRIMARY KEY, access_status TEXT NOT NULL, is_published TEXT NOT NULL, file_type TEXT NOT NULL,
    resource_type TEXT NOT NULL, UNIQUE (access_status, is_published, file_type, resource_type)
) WITHOUT ROWID;
CREATE TABLE documents (
    doc INTEGER PRIMARY KEY, is_draft INTEGER NOT NULL, latest INTEGER NOT NULL, public INTEGER NOT NULL,
    combination TEXT NOT NULL, owner_id INTEGER, parent_id INTEGER NOT NULL, record_id INTEGER NOT NULL,
    version_index INTEGER NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL, access_status TEXT NOT NULL,
    resource_type TEXT NOT NULL, publication_date TEXT NOT NULL, published_from TEXT NOT NULL, published_to TEXT NOT NULL,
    changed TEXT NOT NULL, subjects TEXT NOT NULL
);
CREATE INDEX documents_newest ON documents (is_draft, latest, created);
CREATE INDEX documents_counted ON documents (
    is_draft, latest, public, combination, owner_id, parent_id, access_status, resource_type
);
CREATE INDEX documents_of_owner ON documents (owner_id, updated);
CREATE INDEX documents_of_parent ON documents (parent_id);
CREATE INDEX documents_changed ON documents (changed, record_id) WHERE is_draft = 0 AND public = 1;
"""

# Applications that people let act for them (OAuth 2). Of secrets, codes and refresh tokens only the SHA-256 is kept, too. A
# client without a secret is a public one. What a person granted has the session of the token by which they had signed in.
_VERSION_7 = """
CREATE TABLE clients (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, redirect_uris TEXT NOT NULL, secret_hash TEXT, created TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE codes (
    hash TEXT PRIMARY KEY, client_id TEXT NOT NULL REFERENCES clients ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE, redirect_uri TEXT NOT NULL, scopes TEXT NOT NULL,
    challenge TEXT, method TEXT, expires TEXT NOT NULL, session TEXT
) WITHOUT ROWID;
ALTER TABLE tokens ADD COLUMN client_id TEXT REFERENCES clients ON DELETE CASCADE;
ALTER TABLE tokens ADD COLUMN refresh_hash TEXT;
CREATE UNIQUE INDEX tokens_refresh ON tokens (refresh_hash) WHERE refresh_hash IS NOT NULL;
"""

#: One script per schema version; ``PRAGMA user_version`` counts them.
SCRIPTS = (_VERSION_1, _VERSION_2, _VERSION_3, _VERSION_4, _VERSION_5, _VERSION_6, _VERSION_7)
