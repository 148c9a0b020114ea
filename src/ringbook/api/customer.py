"""/customer."""

import msgspec
from falcon.asgi import Request, Response

from ringbook.api.http import bodies
from ringbook.api.http.resource import Resource, operation
from ringbook.clock import utc_now
from ringbook.tenants import customers
from ringbook.tenants.customers import ChangedCustomer, Customer


class CustomerResource(Resource):
    """/customer: the one of who asks."""

    @operation("get_customer", "read", "The customer.", Customer)
    async def on_get(self, req: Request, resp: Response) -> None:
        """Get the customer of who asks."""
        resp.data = msgspec.json.encode(await customers.get(self.database, req.context.caller.customer_id))

    on_head = on_get

    @operation("update_customer", "admin", "The customer as it is now.", Customer, body=ChangedCustomer)
    async def on_put(self, req: Request, resp: Response) -> None:
        """Update the customer: only the fields given change.

        Numbers without a country are read in another default region within 5 seconds; those that are stored stay. With
        totp_required a user who has no codes may do nothing but set them up, at once.
        """
        change = await bodies.read(req, ChangedCustomer, self.settings.max_body_bytes)
        customer_id = req.context.caller.customer_id
        changed = await customers.update(
            self.database,
            customer_id,
            utc_now(),
            change.name,
            change.default_region,
            totp_required=change.totp_required,
        )
        resp.data = msgspec.json.encode(changed)
