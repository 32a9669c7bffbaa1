"""What MiniStack leaves out of a deployment, filled in after it, so that the template stays AWS's.

- On AWS the gateway responses arrive inside the API's OpenAPI body. MiniStack reads routes and
  authorizers from that body and leaves the responses out; here they are put one by one.
- SES checks `ses:SendEmail` on the identity of the sender. MiniStack asks for permission on `*`,
  which the template does not give; here the roles of those who send mail get it.
- A queue gives and takes no message without TLS. MiniStack speaks plain HTTP on loopback and obeys;
  here the queues forget it.
- The sender is verified by whoever owns the address. Here nobody does, and it is verified at once.
"""

from __future__ import annotations

import json
from typing import Any

from local.description import Description, client

IN_THE_BODY = "x-amazon-apigateway-gateway-responses"


def fill_gaps(stack: Description, stack_name: str) -> None:
    _put_gateway_responses(stack, stack_name)
    _let_mail_be_sent(stack, stack_name)
    _let_queues_be_asked(stack)


def _put_gateway_responses(stack: Description, stack_name: str) -> None:
    """Put every response and deploy the stage again: it answers as on its last deployment."""
    gateway = client(stack, "apigateway")
    api_id = _physical_id(stack, stack_name, "Api")
    for response_type, response in _responses(stack, stack_name).items():
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=response_type,
            statusCode=str(response["statusCode"]),
            responseParameters=response.get("responseParameters", {}),
            responseTemplates=response.get("responseTemplates", {}),
        )
    for stage in gateway.get_stages(restApiId=api_id)["item"]:
        gateway.create_deployment(restApiId=api_id, stageName=stage["stageName"])


def _responses(stack: Description, stack_name: str) -> dict[str, Any]:
    """As SAM made them of the template: the truth of what was deployed."""
    answer = client(stack, "cloudformation").get_template(
        StackName=stack_name, TemplateStage="Processed"
    )
    body: Any = answer["TemplateBody"]
    processed = json.loads(body) if isinstance(body, str) else body
    found: dict[str, Any] = processed["Resources"]["Api"]["Properties"]["Body"][IN_THE_BODY]
    return found


def _let_mail_be_sent(stack: Description, stack_name: str) -> None:
    cloudformation = client(stack, "cloudformation")
    parameters = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]["Parameters"]
    sender = {each["ParameterKey"]: each["ParameterValue"] for each in parameters}["Sender"]
    client(stack, "ses").verify_email_identity(EmailAddress=sender)
    for role in ("MailRole", "MessageSenderRole"):
        _allow(stack, stack_name, role, "ses:SendEmail", "*")


def _let_queues_be_asked(stack: Description) -> None:
    """Only the refusal goes; from whom a queue takes messages stays as it was deployed."""
    sqs = client(stack, "sqs")
    for url in sqs.list_queues().get("QueueUrls", []):
        asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
        policy = json.loads(asked.get("Attributes", {}).get("Policy") or "{}")
        kept = [each for each in policy.get("Statement", []) if each["Effect"] != "Deny"]
        left = json.dumps(policy | {"Statement": kept}) if kept else ""
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": left})


def _allow(stack: Description, stack_name: str, role: str, action: str, resource: str) -> None:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    client(stack, "iam").put_role_policy(
        RoleName=_physical_id(stack, stack_name, role),
        PolicyName=f"local-{action.replace(':', '-')}",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )


def _physical_id(stack: Description, stack_name: str, logical_id: str) -> str:
    found = client(stack, "cloudformation").describe_stack_resource(
        StackName=stack_name, LogicalResourceId=logical_id
    )
    return str(found["StackResourceDetail"]["PhysicalResourceId"])
