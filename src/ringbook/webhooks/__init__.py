"""What is told to other systems when a contact changes."""
