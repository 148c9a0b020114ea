"""/webhooks, and what stands under one of them."""

from falcon.asgi import Request, Response

from ringbook.api.http.resource import PAGE_PARAMETERS, Resource, operation, page_of, refuse_unknown_parameters
from ringbook.webhooks import deliveries, webhook
from ringbook.webhooks.deliveries import Delivery, DeliveryList
from ringbook.webhooks.sender import send_test
from ringbook.webhooks.webhook import ChangedWebhook, NewWebhook, Webhook, WebhookPage, WebhookWithSecret


class WebhooksResource(Resource):
    """/webhooks."""

    @operation("list_webhooks", "admin", "A page of webhooks.", WebhookPage, query=PAGE_PARAMETERS)
    async def on_get(self, req: Request, resp: Response) -> None:
        """List webhooks, newest first."""
        refuse_unknown_parameters(req, self.on_get)
        resp.data = await webhook.page(req.context.caller, self.database, page_of(req))

    on_head = on_get

    @operation(
        "create_webhook",
        "admin",
        "The webhook, with the secret of its signatures.",
        WebhookWithSecret,
        status=201,
        body=NewWebhook,
        is_done_once=True,
    )
    async def on_post(self, req: Request, resp: Response) -> None:
        """Create a webhook: from now on its URL is told of every change of a contact.

        The secret is shown this once. Deliveries follow Standard Webhooks 1.0.
        """
        await self.change(req, resp, webhook.create, body=NewWebhook, status=201)


class WebhookResource(Resource):
    """/webhooks/{webhook_id}."""

    @operation("get_webhook", "admin", "The webhook.", Webhook)
    async def on_get(self, req: Request, resp: Response, webhook_id: str) -> None:
        """Get a webhook."""
        resp.data = await webhook.get(req.context.caller, self.database, webhook_id)

    on_head = on_get

    @operation("update_webhook", "admin", "The webhook as it is now.", Webhook, body=ChangedWebhook)
    async def on_put(self, req: Request, resp: Response, webhook_id: str) -> None:
        """Update a webhook: only the fields given change.

        One that is switched off gives up what it has not told; switched on again it tells of what changes from then on.
        """
        await self.change(req, resp, webhook.update, webhook_id, body=ChangedWebhook)

    @operation("delete_webhook", "admin", "The webhook, with tm_delete set.", Webhook)
    async def on_delete(self, req: Request, resp: Response, webhook_id: str) -> None:
        """Delete a webhook, with its secret and its deliveries."""
        await self.change(req, resp, webhook.delete, webhook_id)


class RotateResource(Resource):
    """/webhooks/{webhook_id}/rotate."""

    @operation("rotate_webhook", "admin", "The webhook, with its new secret.", WebhookWithSecret, is_done_once=True)
    async def on_post(self, req: Request, resp: Response, webhook_id: str) -> None:
        """Give a webhook a new secret, which is shown this once.

        For 24 hours every delivery has two signatures, one by each secret.
        """
        await self.change(req, resp, webhook.rotate, webhook_id)


class TestResource(Resource):
    """/webhooks/{webhook_id}/test."""

    @operation("test_webhook", "admin", "The delivery, and what came of it.", Delivery)
    async def on_post(self, req: Request, resp: Response, webhook_id: str) -> None:
        """Send a webhook one delivery of type webhook.test, also where it is switched off, and wait for the answer."""
        caller, allowed = req.context.caller, self.settings.webhook_allowed_hosts
        resp.data = await send_test(caller, self.database, allowed, webhook_id)


class DeliveriesResource(Resource):
    """/webhooks/{webhook_id}/deliveries."""

    @operation("list_webhook_deliveries", "admin", "The last deliveries.", DeliveryList)
    async def on_get(self, req: Request, resp: Response, webhook_id: str) -> None:
        """List the last 100 deliveries of a webhook, newest first, with what was answered."""
        refuse_unknown_parameters(req, self.on_get)
        await webhook.get(req.context.caller, self.database, webhook_id)
        resp.data = await deliveries.last(req.context.caller, self.database, webhook_id)

    on_head = on_get
