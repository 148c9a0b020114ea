"""Who may come in: customers, their access keys and their users."""
