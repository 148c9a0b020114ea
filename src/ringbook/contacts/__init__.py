"""A contact, and everything that changes it."""
