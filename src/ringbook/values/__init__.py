"""What a person typed -> what is kept. Pure: no database, no HTTP."""
