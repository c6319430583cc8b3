"""The embedded repository: InvenioRDM's API over SQLite and content-addressed files, in process or over HTTP.

One `store.Store` per data folder; any number of processes use it at once. On top of it, from the bottom up::

    tables, database     SQLite: the schema, connections, transactions
    identifiers          one number per record, spelled as a number or as base32
    blobs                the bytes, content-addressed
    schema/              what a draft may contain: soft validation as InvenioRDM does it
    access, users        who may do what
    entries, transfers   the files of a record, and how their bytes come
    dois                 its persistent identifiers
    registry             the account at DataCite; registrations, what it holds of each DOI and has to be told; registrar, who
                         tells it
    drafts, published    what happens to a draft, and to a published record
    searching            full text and field search: indexing searchfields query vocabulary typed conditions facets
    retention, bags      kept for long: read again, backed up, written without need of software; holdings, the door to both
    native, links        InvenioRDM's JSON
    formats/, citation   in which records are handed on, and how they are cited; signposting, landing
    harvesting, oaipmh   what harvesters are told, and the protocol for it
    catalogue            what the HTML pages read
    api/                 the routes
    app                  one WSGI application of all that
    adapter, server      its two doors: requests in process, and a loopback HTTP server

Nothing here imports anything of zenodo_jupyter but ``errors`` and ``doi``, so the folder could be moved out whole.
"""
