"""HTTP: the routes, who may use them, and what they answer."""
