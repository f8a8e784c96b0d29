"""What a reload leaves on disk: an Envoy that has to be started again finds the policy in force there."""

import resource
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest

from garrison.adapters.envoy.handover import Checked, load_checked
from garrison.adapters.envoy.service import POLICY_FILE, Parts, Service
from garrison.config.model import ListenSettings, RecordSettings, Settings, UpstreamSettings, UpstreamTlsSettings
from garrison.core.errors import GatewayError


def settings(days: int) -> Settings:
    return Settings(
        upstream=UpstreamSettings(url="http://127.0.0.1:1"),
        listen=ListenSettings(address="127.0.0.1:0"),
        record=RecordSettings(retention_days=days),
    )


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    parts = Parts(Path("/nowhere/envoy"))
    with closing(Service(tmp_path, Checked(settings(1)), parts, events=-1, log=lambda _: None)) as made:
        yield made


def days_on_disk(directory: Path) -> int:
    return load_checked(str(directory / POLICY_FILE)).settings.record.retention_days


@contextmanager
def no_room() -> Iterator[None]:
    """Nothing can be written, as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_policy_that_cannot_be_written_leaves_the_old_one(service: Service, tmp_path: Path) -> None:
    with no_room(), pytest.raises(GatewayError, match="the new policy cannot be written: file too large"):
        service.apply(Checked(settings(2)))
    assert days_on_disk(tmp_path) == 1
    service.apply(Checked(settings(3)))
    assert days_on_disk(tmp_path) == service.settings.record.retention_days == 3


def test_a_first_policy_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with no_room(), pytest.raises(GatewayError, match=r"the policy cannot be written to `.*`: file too large"):
        Service(tmp_path, Checked(settings(1)), Parts(Path("/nowhere/envoy")), events=-1, log=lambda _: None)


def test_a_certificate_that_was_renewed_waits_for_the_next_start(tmp_path: Path) -> None:
    authorities = tmp_path / "ca.pem"
    authorities.write_text("old")
    tls = UpstreamTlsSettings(ca=str(authorities))
    asked = msgspec.structs.replace(settings(1), upstream=UpstreamSettings(url="https://127.0.0.1:1", tls=tls))
    parts = Parts(Path("/nowhere/envoy"))
    with closing(Service(tmp_path, Checked(asked), parts, events=-1, log=lambda _: None)) as service:
        assert service.apply(Checked(asked)) == ()
        authorities.write_text("new")
        assert service.apply(Checked(asked)) == ("certificates",)
        service.start().stop()
        assert service.apply(Checked(asked)) == ()


def test_an_engine_that_refuses_leaves_the_old_one(tmp_path: Path) -> None:
    parts = Parts(Path("/nowhere/envoy"), module=Path("/nowhere/filter.so"))
    with closing(Service(tmp_path, Checked(settings(1)), parts, events=-1, log=lambda _: None)) as service:
        for _ in range(2):
            with pytest.raises(GatewayError, match="does not answer `reload`"):
                service.apply(Checked(settings(2)))
            assert days_on_disk(tmp_path) == 1


def test_an_envoy_whose_configuration_cannot_be_written_is_not_started(service: Service) -> None:
    """And that is no end of the guard, which tries again."""
    with no_room(), pytest.raises(GatewayError, match="envoy cannot be started: file too large"):
        service.start()
