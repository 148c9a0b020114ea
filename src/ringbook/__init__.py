"""Ringbook: the contacts service behind phone systems. It knows who is calling."""

__version__ = "0.1.0"
