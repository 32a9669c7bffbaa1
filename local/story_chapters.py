"""The chapters of the story, in the order in which they are told."""

from __future__ import annotations

from local import story_money, story_one_life, story_other_ends, story_plan, story_tickets
from local.story_asking import Story


def tell(story: Story) -> None:
    page = story.page
    page.title(f"The life of the contract {story.contract} ({story.label})")
    page.say(f"alice is its holder, bob its billing contact, sam is staff. API: {story.api.url}")
    try:
        story_one_life.tell(story)
        story_other_ends.tell(story)
        story_plan.tell(story)
        story_money.tell(story)
        story_tickets.tell(story)
    finally:
        page.step("The test clock is given back.")
        story.clock(None)
    _what_next(story)


def _what_next(story: Story) -> None:
    url = story.api.url
    story.page.title(f"\nThe API is at {url}")
    story.page.title("Try next, from another terminal in this folder:")
    for line in (
        "TOKEN=$(make token PERSON=alice)",
        f'curl -H "Authorization: Bearer $TOKEN" {url}/contracts',
        """curl -X POST -H "Authorization: Bearer $TOKEN" -d '{"mode": "at_term"}' \\""",
        f"  '{url}/contracts/km-example-ch/cancellation?dry_run=true'",
        """curl -X POST -H "Authorization: Bearer $TOKEN" \\""",
        """  -d '{"plan": "vps-l", "quantity": 3}' \\""",
        f"  {url}/contracts/kx-alice-shop/plan-change-quotes",
        "STAFF=$(make token PERSON=sam STAFF=1)",
        f'curl -H "Authorization: Bearer $STAFF" {url}/contracts/{story.contract}/timeline',
        f"""curl -H "Authorization: Bearer $STAFF" '{url}/ticket-orders?q=example&limit=3'""",
        f'curl -H "Authorization: Bearer $STAFF" {url}/providers/kreativmedia/policy',
    ):
        print(f"  {line}")
