"""`netos up` in one process: services, schema, programs, and nothing left when it ends, however it ends."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import functools
import http
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from netos_core.kernel.errors import Unavailable
from netos_core.runtime import embedded, valkey
from netos_core.runtime.home import Home, HomeBusy, Runtime, attach, hold, publish
from netos_core.runtime.processes import last_lines, spawn, stop_process, turn_over
from netos_core.runtime.settings import Settings, web_address

T = TypeVar("T")
DATABASE = "netos"
READY_PATIENCE = 60.0
"""Seconds the web server has to answer, and a second process waits for an owner that is still starting."""

STOP_PATIENCE = 10.0
WATCH_EVERY = 0.2
PORTS_TRIED = 100
MAX_PORT = 65535


@dataclass(frozen=True, slots=True)
class Program:
    """A process of ours that needs the services: a name for its log, and its command."""

    name: str
    argv: tuple[str, ...]


Programs = Callable[[str, int], Sequence[Program]]
"""The programs to start once host and port are known, in order. The first one serves `/healthz`."""

Step = Callable[[Runtime], object]


class ProgramEnded(Unavailable):
    """A program or server ended although nobody asked it to."""


class Stopped(Exception):
    """A signal asked the supervisor to stop."""


@dataclass(slots=True)
class Running:
    """Everything this process has started, in order."""

    postgres: embedded.Postgres | None = None
    valkey: valkey.Valkey | None = None
    programs: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def processes(self) -> dict[str, subprocess.Popen[bytes]]:
        services = {
            name: server.process
            for name, server in (("postgres", self.postgres), ("valkey", self.valkey))
            if server is not None
        }
        return services | self.programs


def up(
    home: Home,
    settings: Settings,
    programs: Programs,
    *,
    prepare: Step | None = None,
    on_ready: Step | None = None,
) -> int:
    """Run everything until a signal comes or something ends by itself; returns the exit code.

    Args:
        home: The home to own.
        settings: The settings of this installation.
        programs: What to start beside the services.
        prepare: Called when the schema is there and nothing serves yet, such as to load sample data.
        on_ready: Called when the web server answers.

    Raises:
        HomeBusy: Another process owns the home.
        Unavailable: A service did not start.
    """
    try:
        return asyncio.run(_supervise(home, settings, programs, prepare, on_ready))
    except ProgramEnded as ended:
        sys.stderr.write(f"{ended.message}\n")
        return 1


@contextlib.contextmanager
def ensure_services(home: Home, settings: Settings, *, prepare: Step | None = None) -> Iterator[Runtime]:
    """Give a command the database and the queue: those that run on the home, else its own until it ends.

    The web server and the worker are not started. With both services external nothing is.

    Args:
        home: The home whose services are wanted.
        settings: The settings of this installation.
        prepare: Called after the schema is there, when this process starts the services.

    Raises:
        Unavailable: A service did not start, or the owner of the home does not get ready.
    """
    if settings.database_url and settings.redis_url:
        yield _runtime(home, settings, settings.database_url, settings.redis_url, {})
        return
    with contextlib.ExitStack() as stack:
        inherited = _own_or_attach(home, stack)
        if isinstance(inherited, Runtime):
            yield inherited
            return
        running = Running()
        stack.callback(_stop_services, running)
        runtime = _start_services(home, settings, running, inherited)
        _migrate(runtime)
        if prepare is not None:
            prepare(runtime)
        publish(home, runtime)
        yield runtime


def environment(runtime: Runtime, settings: Settings) -> dict[str, str]:
    """Write the environment in which a program of ours finds the services and agrees with us."""
    chosen = {
        "NETOS_HOME": str(runtime.home),
        "NETOS_DATABASE_URL": runtime.database_url,
        "NETOS_REDIS_URL": runtime.redis_url,
        "NETOS_HOST": settings.host,
        "NETOS_PORT": str(runtime.port if runtime.port is not None else settings.port),
        "NETOS_DEMO": "true" if settings.demo else "false",
        "NETOS_LOG_LEVEL": settings.log_level,
        "PYTHONUNBUFFERED": "1",
    }
    return dict(os.environ) | chosen


def free_port(host: str, wanted: int) -> int:
    """Return the wanted port, or the next one nobody listens on.

    Raises:
        Unavailable: None of the next hundred is free, or the host is not an address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(wanted, min(wanted + PORTS_TRIED, MAX_PORT + 1)):
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((host, port))
                return int(probe.getsockname()[1])
    raise Unavailable(
        f"No port from {wanted} on is free on {host}.", field="port", fix="Choose another with --port or NETOS_HOST."
    )


async def _supervise(
    home: Home, settings: Settings, programs: Programs, prepare: Step | None, on_ready: Step | None
) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(wanted, stop.set)
    with hold(home) as inherited, contextlib.ExitStack() as stack, contextlib.suppress(Stopped):
        running = Running()
        stack.callback(_stop_services, running)
        runtime = _start_services(home, settings, running, (inherited,))
        watched = functools.partial(_watched, home, running, stop)
        await watched(_in_thread(functools.partial(_migrate, runtime)))
        if prepare is not None:
            await watched(_in_thread(functools.partial(prepare, runtime)))
        port = free_port(settings.host, settings.port)
        if settings.port not in {port, 0}:
            sys.stdout.write(f"Port {settings.port} is taken; using {port}.\n")
            sys.stdout.flush()
        stack.callback(_stop_programs, running)
        for program in programs(settings.host, port):
            running.programs[program.name] = spawn(
                program.argv,
                log=turn_over(home.log(program.name)),
                environment=environment(runtime.model_copy(update={"port": port}), settings),
                inherited=(inherited,),
            )
        await watched(_healthy(web_address(settings.host, port), settings.host, port))
        pids = {name: process.pid for name, process in running.processes().items()}
        url = settings.public_url or web_address(settings.host, port)
        runtime = runtime.model_copy(update={"port": port, "web_url": url, "pids": pids})
        publish(home, runtime)
        if on_ready is not None:
            await watched(_in_thread(functools.partial(on_ready, runtime)))
        await watched(stop.wait())
    return 0


def _own_or_attach(home: Home, stack: contextlib.ExitStack) -> Runtime | tuple[int, ...]:
    """Take the home, or wait for its owner to be ready; an owner that gives up is replaced."""
    end = time.monotonic() + READY_PATIENCE
    while True:
        if (runtime := attach(home)) is not None:
            return runtime
        try:
            return (stack.enter_context(hold(home)),)
        except HomeBusy:
            if time.monotonic() > end:
                raise


def _start_services(home: Home, settings: Settings, running: Running, inherited: Sequence[int]) -> Runtime:
    """Start what is not external; the caller stops what `running` holds, even when this fails half-way."""
    database_url, redis_url = settings.database_url, settings.redis_url
    if database_url is None:
        running.postgres = embedded.start(
            embedded.data_folder(home.path), inherited=inherited, log=turn_over(home.log("postgres"))
        )
        database_url = embedded.ensure_database(running.postgres, DATABASE)
    if redis_url is None:
        running.valkey = valkey.start(home.folder("valkey"), inherited=inherited, log=turn_over(home.log("valkey")))
        redis_url = running.valkey.url
    pids = {name: process.pid for name, process in running.processes().items()}
    return _runtime(home, settings, database_url, redis_url, pids)


def _stop_services(running: Running) -> None:
    if running.valkey is not None:
        valkey.stop(running.valkey)
    if running.postgres is not None:
        embedded.stop(running.postgres)


def _stop_programs(running: Running) -> None:
    """Stop the programs, last started first: the worker hands its jobs back before the web server goes."""
    for process in reversed(running.programs.values()):
        stop_process(process, ((signal.SIGTERM, STOP_PATIENCE),))


def _runtime(home: Home, settings: Settings, database_url: str, redis_url: str, pids: dict[str, int]) -> Runtime:
    return Runtime(
        home=home.path,
        pid=os.getpid(),
        started=datetime.now(UTC),
        database_url=database_url,
        redis_url=redis_url,
        demo=settings.demo,
        pids=pids,
    )


def _migrate(runtime: Runtime) -> None:
    from netos_core.runtime import migrate  # lazy: a command that only attaches needs no Alembic

    migrate.upgrade(runtime.database_url)


async def _watched(home: Home, running: Running, stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T:
    """Await something unless a signal comes or a process ends first.

    Raises:
        Stopped: A signal came.
        ProgramEnded: A process ended.
    """
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=WATCH_EVERY)
            if stop.is_set():
                raise Stopped
            for name, process in running.processes().items():
                if (code := process.poll()) is not None:
                    raise _ended(home, name, code)
        return task.result()
    finally:
        task.cancel()


def _ended(home: Home, name: str, code: int) -> ProgramEnded:
    how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    log = home.log(name)
    return ProgramEnded(f"{name} {how}; everything is stopped. Its log {log} ends:\n{last_lines(log)}")


async def _in_thread(work: Callable[[], T]) -> T:
    """Run blocking work in a thread that may be left behind: a signal ends us even while it waits."""
    loop = asyncio.get_running_loop()
    finished: asyncio.Future[T] = loop.create_future()

    def settle(outcome: concurrent.futures.Future[T]) -> None:
        if finished.done():
            return
        if (failed := outcome.exception()) is not None:
            finished.set_exception(failed)
        else:
            finished.set_result(outcome.result())

    def run() -> None:
        outcome: concurrent.futures.Future[T] = concurrent.futures.Future()
        try:
            outcome.set_result(work())
        except BaseException as failed:  # noqa: BLE001 - it is raised again where the work is awaited
            outcome.set_exception(failed)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, outcome)

    threading.Thread(target=run, daemon=True).start()
    return await finished


async def _healthy(url: str, host: str, port: int) -> None:
    """Wait until the web server answers its health check.

    Raises:
        Unavailable: It did not within a minute.
    """
    end = time.monotonic() + READY_PATIENCE
    while not await _answers(host, port):
        if time.monotonic() > end:
            raise Unavailable(f"The web server does not answer on {url}.", fix="Its log is in the home's logs folder.")
        await asyncio.sleep(0.03)


async def _answers(host: str, port: int) -> bool:
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    with contextlib.suppress(OSError, asyncio.TimeoutError):
        reader, writer = await asyncio.open_connection(address, port)
        try:
            writer.write(f"GET /healthz HTTP/1.1\r\nHost: {address}:{port}\r\nConnection: close\r\n\r\n".encode())
            status = await asyncio.wait_for(reader.readline(), 5)
        finally:
            writer.close()
        return status.split(b" ", 2)[1:2] == [str(http.HTTPStatus.OK.value).encode()]
    return False
