"""Who is calling: reads only."""
