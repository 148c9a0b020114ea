"""The command `ringbook`."""
