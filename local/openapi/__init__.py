"""The description of the doors as an OpenAPI document, made from the handlers when it is asked for.

Nothing of this is shipped: what a function needs to describe itself it would have to import.
"""
