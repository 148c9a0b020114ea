"""A database of before: the SQL that takes each migration back, which only a test may want."""

from tests.rows import execute

UNDONE = {
    "0011": "DROP TABLE calls",
    "0010": """
DROP TABLE recovery_codes;
DROP TABLE sessions;
DROP TABLE user_links;
DROP TABLE users;
ALTER TABLE customers DROP COLUMN totp_required""",
    "0009": """
DROP TABLE search_index;
DROP TABLE search_index_backlog;
ALTER TABLE contacts DROP COLUMN search_version""",
    "0008": "DROP TABLE import_rows; DROP TABLE import_parts; DROP TABLE imports",
    "0007": "DROP TABLE leases; DROP TABLE webhook_deliveries; DROP TABLE webhooks",
    "0006": """
DROP INDEX contacts_external_id_once;
ALTER TABLE contacts DROP COLUMN external_id_unique;
DROP TABLE idempotency_keys""",
    "0005": """
DROP TABLE search_words;
DROP TABLE search_backlog;
DROP INDEX contacts_trash;
DROP INDEX contacts_external_id;
ALTER TABLE contacts DROP COLUMN search_text;
ALTER TABLE contacts DROP COLUMN indexed_version""",
    "0004": "DROP TABLE contact_changes",
    "0003": """
ALTER TABLE phone_numbers DROP COLUMN label;
ALTER TABLE phone_numbers DROP COLUMN detail;
ALTER TABLE emails DROP COLUMN label;
ALTER TABLE emails DROP COLUMN detail""",
    "0002": """
DROP INDEX contacts_by_name;
ALTER TABLE contacts DROP COLUMN sort_name;
DROP TABLE book_versions""",
}
"""Newest first."""


def back_to(url, revision):
    """Give a database the schema of an older revision, with the rows that it has."""
    undone = [sql for newer, sql in UNDONE.items() if newer > revision]
    execute(url, ";".join([*undone, f"UPDATE alembic_version SET version_num = '{revision}'"]))
