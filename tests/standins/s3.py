"""S3 as a process of its own (moto), with credentials that are really checked.

moto takes any credentials until it has been told who there is; the first four calls make a user, a key, a
policy and a bucket, and from then on it checks every signature.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

BUCKET = "netos"
REGION = "us-east-1"
PATIENCE = 60.0
CALLS_UNCHECKED = "4"


@dataclass(frozen=True)
class Bucket:
    """A bucket with one user who may do anything in it."""

    endpoint: str
    key: str
    secret: str
    process: subprocess.Popen[bytes]

    def client(self) -> Any:
        """Return Amazon's own client, to see what lies there."""
        return _client("s3", self.endpoint, self.key, self.secret)


@contextlib.contextmanager
def running() -> Iterator[Bucket]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    env = os.environ | {"INITIAL_NO_AUTH_ACTION_COUNT": CALLS_UNCHECKED}
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield _furnished(f"http://127.0.0.1:{port}", process)
    finally:
        process.kill()
        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise RuntimeError("moto did not start")


def _furnished(endpoint: str, process: subprocess.Popen[bytes]) -> Bucket:
    iam = _client("iam", endpoint, "any", "any")
    iam.create_user(UserName="netos")
    made = iam.create_access_key(UserName="netos")["AccessKey"]
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    iam.put_user_policy(UserName="netos", PolicyName="all", PolicyDocument=json.dumps(allowed))
    _client("s3", endpoint, "any", "any").create_bucket(Bucket=BUCKET)
    return Bucket(endpoint, made["AccessKeyId"], made["SecretAccessKey"], process)


def _client(service: str, endpoint: str, key: str, secret: str) -> Any:
    import boto3

    return boto3.client(
        service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id=key, aws_secret_access_key=secret
    )
