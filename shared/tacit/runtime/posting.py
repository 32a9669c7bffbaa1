"""The one call that sends a mail."""

from tacit.runtime.letters import Letter
from tacit.runtime.stack import Stack


def post(stack: Stack, address: str, written: Letter) -> None:
    """Hands the letter to SES. Raises where it is not taken, or where nobody knows."""
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
