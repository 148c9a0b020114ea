"""What Ringbook is measured against, with one command: `make bench`."""
