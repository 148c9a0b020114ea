"""Who may come in: customers and their access keys."""
