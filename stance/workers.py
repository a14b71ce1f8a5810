"""Processes that answer for a table: started afresh, each with its own copy of the model, ended with the run."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from queue import SimpleQueue

from stance.errors import StanceError
from stance.jobs import Answer, Job, Question

# Questions of a chunk, to what waits for their answers.
Ask = Callable[[Sequence[Question]], Callable[[], list[Answer]]]

_THREADS = "OMP_NUM_THREADS"


@contextmanager
def hands(job: Job, workers: int) -> Iterator[Ask]:
    """What takes the questions of a chunk and later gives the answers.

    With one worker the job is done in this process, when the answers are called for. With several, each is a process
    that is started with nothing but the job, uses one thread unless ``OMP_NUM_THREADS`` says otherwise, and ends with
    the block or when this process does, however it ends. Ctrl-C is left to this process.

    Raises:
        StanceError: a worker died; or what the job itself raises.
    """
    if workers == 1:
        yield lambda questions: partial(job, questions)
        return
    crew: list[_Worker] = []
    idle: SimpleQueue[_Worker] = SimpleQueue()

    def answers(questions: Sequence[Question]) -> list[Answer]:
        worker = idle.get()
        try:
            return worker.answers(questions)
        finally:
            idle.put(worker)

    threads = ThreadPoolExecutor(workers)
    try:
        for _ in range(workers):
            crew.append(_Worker())
            crew[-1].start(job)
            idle.put(crew[-1])
        yield lambda questions: threads.submit(answers, questions).result
    finally:
        # The threads wait for the processes: these first.
        for worker in crew:
            worker.end()
        threads.shutdown(cancel_futures=True)


class _Worker:
    """A process that has the job, and the line to it."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, self._far_end = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._far_end,), daemon=True)

    def start(self, job: Job) -> None:
        """Start it, and hand it the job."""
        with _apart():
            self._process.start()
        # So that the line breaks when the process dies.
        self._far_end.close()
        # A process that dies at once is found out when it is asked.
        with suppress(BrokenPipeError):
            self._line.send((job, job.fingerprint))

    def answers(self, questions: Sequence[Question]) -> list[Answer]:
        """Ask and wait."""
        try:
            self._line.send(questions)
            found, error = self._line.recv()
        except (EOFError, OSError) as broken:
            self._process.join()
            code = self._process.exitcode or 0
            how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"status {code}"
            remedy = "continue with --resume, with fewer --workers if memory ran short"
            raise StanceError(f"a worker process died ({how})", remedy=remedy) from broken
        if error is not None:
            raise error
        answers: list[Answer] = found
        return answers

    def end(self) -> None:
        """Stop it, whatever it is at: nothing in it is worth waiting for."""
        if self._process.pid is not None:
            self._process.kill()
            self._process.join()
        self._line.close()


def _serve(line: Connection) -> None:
    """Take the job, then questions, until the other end is gone."""
    job: Job | None = None
    with suppress(EOFError, OSError):
        while True:
            data = line.recv_bytes()
            answer, error = None, None
            try:
                if job is None:
                    # Loads the model.
                    job = unchanged(*ForkingPickler.loads(data))
                    continue
                answer = job(ForkingPickler.loads(data))
            except Exception as raised:
                error = raised
            line.send((answer, error))


def unchanged(job: Job, fingerprint: str) -> Job:
    """The job, as another process has it.

    Raises:
        StanceError: it has another fingerprint there.
    """
    if job.fingerprint != fingerprint:
        raise StanceError("the model or the library was changed while it was in use", remedy="run again")
    return job


@contextmanager
def _apart() -> Iterator[None]:
    """What is started within uses one thread, and never sees Ctrl-C, which a terminal sends to all of a run."""
    # Started with the first process otherwise; it changes the mask, too.
    if os.name == "posix":
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    chosen = _THREADS in os.environ
    os.environ.setdefault(_THREADS, "1")
    try:
        yield
    finally:
        if not chosen:
            del os.environ[_THREADS]
        if os.name == "posix":
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
