"""Doppler: download the secrets of one config."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus

from netos_core.vendors.http import Rejected, VendorHttp, VendorNotFound

SYSTEM = "Doppler"
SETTING = "NETOS_DOPPLER_TOKEN"
DOWNLOAD = "v3/configs/config/secrets/download"


class Doppler:
    """One config of Doppler; threads may share it.

    Args:
        address: Such as https://api.doppler.com.
        token: A service token (`dp.st.…`), which is bound to one config, or any other.
        project: The project; None only with a service token.
        config: The config, such as `prd`; None only with a service token.
        sleep: Waits that many seconds between tries.

    Raises:
        ValueError: `address` is no http or https address.
    """

    def __init__(
        self,
        address: str,
        token: str,
        *,
        project: str | None,
        config: str | None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = VendorHttp(SYSTEM, address, setting=SETTING, sleep=sleep)
        self._headers = {"Authorization": f"Bearer {token}"}
        named = {"project": project, "config": config}
        self._params = {"format": "json"} | {name: value for name, value in named.items() if value is not None}

    def close(self) -> None:
        self._http.close()

    def download(self) -> Mapping[str, str]:
        """Read every secret of the config, by name.

        Raises:
            CredentialsInvalid: The token is refused.
            PermissionDenied: The token may not read this config.
            VendorNotFound: There is no such project or config.
            Rejected: The token is bound to no config and none is set.
            VendorUnavailable: Doppler is away.
        """
        reply = self._http.request("GET", DOWNLOAD, params=self._params, headers=self._headers)
        match reply.status:
            case HTTPStatus.OK:
                found = reply.json()
                if not isinstance(found, dict):
                    raise reply.bad("is no object of names and values")
                return {name: value for name, value in found.items() if isinstance(value, str)}
            case HTTPStatus.NOT_FOUND:
                raise VendorNotFound(
                    "Doppler has no such project or config.",
                    system=SYSTEM,
                    status=reply.status,
                    fix="Correct NETOS_DOPPLER_PROJECT or NETOS_DOPPLER_CONFIG.",
                )
            case HTTPStatus.BAD_REQUEST:
                raise Rejected(
                    "Doppler cannot tell which config is meant.",
                    system=SYSTEM,
                    status=reply.status,
                    fix="Set NETOS_DOPPLER_PROJECT and NETOS_DOPPLER_CONFIG, or use a service token (dp.st.…).",
                )
        raise self._http.refused(reply)
