"""Starting a server so that it cannot outlive us, and stopping it so that it loses nothing."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import pwd
import re
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from netos_core.kernel.errors import Unavailable

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)  # loaded here: after a fork it is too late to load anything

SOCKET_PATH_MAX = 90
"""A socket path may have 107 bytes; the servers add a file name of their own."""

LOG_KEEP_BYTES = 10_000_000
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


@dataclass(frozen=True, slots=True)
class Account:
    """The system user a server runs as when it is not our own."""

    uid: int
    gid: int

    def own(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)


def server_account() -> Account | None:
    """Name the user for PostgreSQL, which refuses to run as root; None means our own."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def spawn(
    argv: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    ending: signal.Signals = signal.SIGTERM,
    inherited: Sequence[int] = (),
    account: Account | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own that ends when this one does, however this one ends.

    Args:
        argv: The program and its arguments.
        log: File its output is appended to.
        environment: Its whole environment.
        ending: The signal the kernel sends it when we die.
        inherited: Descriptors it keeps open, such as the home's `children` lock.
        account: The user to run as, if not our own.
        folder: Its working folder, if not ours.

    Raises:
        RuntimeError: Called outside the main thread; the kernel ties a child to the thread that made it.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("A server is started from the main thread, or it ends with the thread that started it.")
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in argv],
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=_bound_to_parent(ending),  # noqa: PLW1509 - only system calls, the library is loaded already
            start_new_session=True,  # Ctrl-C in a terminal must reach the supervisor alone
            pass_fds=tuple(inherited),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )


def _bound_to_parent(ending: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def bind() -> None:
        if sys.platform == "linux":
            LIBC.prctl(PR_SET_PDEATHSIG, int(ending))
            if os.getppid() != parent:  # it died before the call above
                os._exit(1)

    return bind


def stop_process(process: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """End a process by the mildest of these signals that works, each with its seconds to obey."""
    for step, seconds in steps:
        if process.poll() is not None:
            return
        process.send_signal(step)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    if process.poll() is None:
        process.kill()
        process.wait()


def enterable(path: Path) -> bool:
    """Tell whether any user may reach a path: every folder above it lets others through."""
    folders = [*path.parents, path] if path.is_dir() else [*path.parents]
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in folders)


def socket_folder(data: Path, account: Account | None) -> Path:
    """Choose where a server puts its socket: beside its data if the path is short and plain.

    Raises:
        Unavailable: Someone else made the folder in the temp folder before us.
    """
    if len(os.fsencode(data)) <= SOCKET_PATH_MAX and PLAIN_PATH.fullmatch(str(data)):
        return data
    key = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    folder = Path("/tmp") / f"netos-{os.geteuid()}-{key}"  # noqa: S108 - made private and checked below
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    ours = {os.geteuid()} | ({account.uid} if account else set())
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours or stat.S_IMODE(found.st_mode) & 0o077:
        raise Unavailable(f"{folder} exists and is not ours.", fix="Remove it, or choose a shorter --home.")
    if account:
        account.own(folder)
    return folder


def leave_socket_folder(sockets: Path, data: Path) -> None:
    """Remove the folder of a server that has stopped, if its socket was elsewhere."""
    if sockets != data:
        with contextlib.suppress(OSError):  # another server on the same data has already begun to use it
            sockets.rmdir()


def last_lines(log: Path, count: int = 20) -> str:
    """Return the end of a log, which is where a server says why it ended."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 20_000))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])


def turn_over(log: Path) -> Path:
    """Put a log that has grown large aside, keeping one older one."""
    if log.exists() and log.stat().st_size > LOG_KEEP_BYTES:
        log.replace(log.with_suffix(".log.1"))
    return log
