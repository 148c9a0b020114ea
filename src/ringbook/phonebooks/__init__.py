"""The book in the form of each make of phone."""
