"""The whole of Tacit on one machine: its tools, its stack, its sample data. Nothing here is deployed."""
