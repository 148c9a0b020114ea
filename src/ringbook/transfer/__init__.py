"""Contacts in files: read, brought in, taken out."""
