"""/demo."""

from falcon.asgi import Request, Response

from ringbook.api.http.resource import Resource, operation
from ringbook.contacts import demo
from ringbook.contacts.demo import DemoLoaded, DemoTaken


class DemoResource(Resource):
    """/demo."""

    @operation("load_demo", "write", "How many contacts were created.", DemoLoaded, status=201, is_done_once=True)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Load the demo book: 50 contacts with the external_ids demo-01 to demo-50, in several scripts.

        Their names and numbers are made up. One whose external_id a contact has already is left out.
        """
        await self.change(req, resp, demo.load_demo, status=201)

    @operation("take_demo_out", "write", "How many contacts were deleted, and how many were kept.", DemoTaken)
    async def on_delete(self, req: Request, resp: Response) -> None:
        """Take the demo book out again: all of it that is still as it was loaded goes into the trash."""
        await self.change(req, resp, demo.take_demo_out)
