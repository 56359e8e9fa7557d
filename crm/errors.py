"""What can go wrong with the record.

RecordError
├── DatabaseAddressError   (ValueError)    the URL names no database that can be used here
├── DatabaseVersionError   (RuntimeError)  the database belongs to another version of the program
└── DatabaseUnreachableError (ConnectionError) nothing answers there
"""


class RecordError(Exception):
    """Anything that keeps the record from being used."""


class DatabaseAddressError(RecordError, ValueError):
    """The URL cannot be used; the message says what was expected."""


class DatabaseVersionError(RecordError, RuntimeError):
    """The schema in the database is not the one this program works with; the message says what to do."""


class DatabaseUnreachableError(RecordError, ConnectionError):
    """The database does not answer or cannot be opened."""
