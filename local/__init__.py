"""All of Tacit on one machine: its tools, its stack, its sample data. None of it is deployed."""
