"""What operators do when a person is to be forgotten: `python -m tacit.erasure`."""
