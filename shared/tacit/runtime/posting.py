"""The one call that sends a mail."""

from tacit.domain.erasing import is_erased
from tacit.runtime.letters import Letter
from tacit.runtime.observability import logger
from tacit.runtime.stack import Stack


def post(stack: Stack, address: str, written: Letter) -> None:
    """Hands the letter to SES. Raises where it is not taken, or where nobody knows. Whoever was
    erased is not written to: what was on its way to him ends here."""
    if is_erased(address):
        logger().info("nobody is written to who was erased")
        return
    stack.client("sesv2").send_email(
        FromEmailAddress=stack.settings.sender,
        Destination={"ToAddresses": [address]},
        Content={
            "Simple": {
                "Subject": {"Data": written.subject, "Charset": "UTF-8"},
                "Body": {
                    "Text": {"Data": written.text, "Charset": "UTF-8"},
                    "Html": {"Data": written.html, "Charset": "UTF-8"},
                },
            }
        },
    )
