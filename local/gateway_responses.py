"""Gives the local API the gateway responses of the template.

On AWS they arrive inside the API's OpenAPI body. MiniStack reads routes and authorizers from that
body and leaves the responses out, so they are taken from the processed template and put one by one.
"""

from __future__ import annotations

import json
from typing import Any

from local.description import Description, client

IN_THE_BODY = "x-amazon-apigateway-gateway-responses"


def put_gateway_responses(stack: Description, stack_name: str) -> None:
    """Put every response and deploy the stage again: it answers as on its last deployment."""
    cloudformation, gateway = client(stack, "cloudformation"), client(stack, "apigateway")
    resources = _processed_resources(cloudformation, stack_name)
    for logical_id, resource in resources.items():
        if resource["Type"] != "AWS::ApiGateway::RestApi":
            continue
        found = cloudformation.describe_stack_resource(
            StackName=stack_name, LogicalResourceId=logical_id
        )
        api_id = found["StackResourceDetail"]["PhysicalResourceId"]
        for response_type, response in resource["Properties"]["Body"][IN_THE_BODY].items():
            gateway.put_gateway_response(
                restApiId=api_id,
                responseType=response_type,
                statusCode=str(response["statusCode"]),
                responseParameters=response.get("responseParameters", {}),
                responseTemplates=response.get("responseTemplates", {}),
            )
        for stage in gateway.get_stages(restApiId=api_id)["item"]:
            gateway.create_deployment(restApiId=api_id, stageName=stage["stageName"])


def _processed_resources(cloudformation: Any, stack_name: str) -> dict[str, Any]:
    answer = cloudformation.get_template(StackName=stack_name, TemplateStage="Processed")
    body = answer["TemplateBody"]
    loaded: dict[str, Any] = json.loads(body) if isinstance(body, str) else body
    resources: dict[str, Any] = loaded["Resources"]
    return resources
