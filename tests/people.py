"""People who log in."""

import httpx

PASSWORD = "a long and lonely road"


def invited(owner, email="ann@acme.com", role="manager", name="Ann"):
    """Create a user, and return it with its link."""
    answer = owner.api.post("/users", json={"email": email, "name": name, "role": role})
    assert answer.status_code == 201, answer.text
    return answer.json()


def token_of(link):
    return link.partition("/#/welcome?token=")[2]


def browser(server, **headers):
    """Return a client that has no key, and sends what a browser sends from Ringbook's own page; it leaves none open."""
    sent = {"Sec-Fetch-Site": "same-origin", "Connection": "close"} | headers
    return httpx.Client(base_url=f"{server}/v1.0", headers=sent, timeout=20)


def joined(owner, server, email="ann@acme.com", role="manager", name="Ann"):
    """Create a user who has set a password, and return it with the browser that is logged in."""
    user = invited(owner, email, role, name)
    client = browser(server)
    answer = client.post("/passwords", json={"token": token_of(user["link"]), "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return user, client


def log_in(server, email="ann@acme.com", password=PASSWORD, **more):
    """Return a browser, and what its login was answered."""
    client = browser(server)
    return client, client.post("/sessions", json={"email": email, "password": password} | more)


def reason(answer):
    return answer.status_code, answer.json()["error"]["reason"]
