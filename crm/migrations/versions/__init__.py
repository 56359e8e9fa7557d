"""Migrations of the record; run by `crm.database.upgrade`."""
