"""Zenodo's old dialect: records in its own JSON, depositions, and both ways between that and InvenioRDM's native JSON.

``licences`` and ``words`` hold the pairs of old and new names, ``incoming`` reads what a client of the deposit API sends,
``outgoing`` writes metadata, ``record`` and ``deposition`` the two objects around it.
"""
