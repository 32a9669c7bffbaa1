"""Three processes that race, started once for all races of a run."""

import multiprocessing
from collections.abc import Mapping
from typing import Any

from tests.repository.racing import racer


class Racers:
    """Three processes, on whichever `table` a test has."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.table = ""
        spawn = multiprocessing.get_context("spawn")
        self.barriers = {runners: spawn.Barrier(runners) for runners in (2, 3)}
        self.pipes, self.processes = [], []
        for _ in range(3):
            here, there = spawn.Pipe()
            process = spawn.Process(target=racer, args=(there, self.barriers, dict(variables)))
            process.start()
            self.pipes.append(here)
            self.processes.append(process)

    def race(self, *tasks: tuple[Any, ...], unlocked: tuple[str, ...] = ()) -> list[str]:
        """Run the tasks at once; what came of each."""
        pipes = self.pipes[: len(tasks)]
        for pipe, (task, *arguments) in zip(pipes, tasks, strict=True):
            pipe.send((self.table, task, arguments, len(tasks), unlocked))
        results = []
        for pipe in pipes:
            assert pipe.poll(60), "a racer does not answer"
            results.append(pipe.recv())
        return results

    def end(self) -> None:
        for pipe, process in zip(self.pipes, self.processes, strict=True):
            pipe.send(None)
            process.join(20)
            if process.is_alive():
                process.kill()
