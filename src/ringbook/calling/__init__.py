"""Who is calling: it writes nothing but who called."""
