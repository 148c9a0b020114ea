"""The two databases behind one small face."""
