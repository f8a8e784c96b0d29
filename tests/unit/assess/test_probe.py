import pytest
from tests.unit.assess.made import OP, Told, json_answer, numbered

from garrison.assess.call import Answer, Call
from garrison.assess.identity import ANONYMOUS, Credential, Identity, LoginError, Send, fixed
from garrison.assess.probe import Limits, Probe, Stop
from garrison.assess.request import Request
from garrison.core.http import header
from garrison.core.ids import OperationId


def probe_of(transport: Told, limits: Limits = Limits(), now: float = 0.0) -> Probe:  # noqa: B008 - frozen
    return Probe(transport, limits, lambda: now)


def get(path: str = "/things", operation: str | None = OP) -> Request:
    return Request(OperationId(operation) if operation is not None else None, "GET", path)


def token(call: Call) -> str:
    return (header(call.headers, "authorization") or "").removeprefix("Bearer ")


def test_every_request_counts_for_its_operation() -> None:
    probe = probe_of(Told())
    probe.send(get())
    probe.send(get("/other", "other"))
    probe.raw(Call("GET", "/nowhere"))
    assert probe.sent == {"op": 1, "other": 1, None: 1}
    assert probe.total == 3


def test_no_more_is_sent_than_one_operation_may_get() -> None:
    transport = Told()
    probe = probe_of(transport, Limits(per_operation=2))
    probe.send(get())
    probe.send(get())
    with pytest.raises(Stop, match="2 requests to the operation"):
        probe.send(get())
    probe.send(get("/other", "other"))
    assert len(transport.calls) == 3


def test_no_more_is_sent_than_in_all() -> None:
    probe = probe_of(Told(), Limits(in_all=1))
    probe.send(get())
    with pytest.raises(Stop, match="all 1 requests"):
        probe.send(get("/other", None))


def test_nothing_is_sent_when_the_time_is_over() -> None:
    transport = Told()
    with pytest.raises(Stop, match="time"):
        probe_of(transport, Limits(until=5.0), now=6.0).send(get())
    assert transport.calls == []


def test_a_share_is_for_all_requests_while_it_lasts() -> None:
    probe = probe_of(Told())
    with probe.allowance(OP, 2):
        probe.send(get())
        probe.send(get("/other", "other"))
        with pytest.raises(Stop, match="own share"):
            probe.send(get())
    probe.send(get())


def test_a_burst_that_fits_is_sent_whole_and_one_that_does_not_is_not_begun() -> None:
    transport = Told()
    probe = probe_of(transport, Limits(per_operation=5))
    assert len(probe.burst([get()] * 5, 3)) == 5
    with pytest.raises(Stop):
        probe.burst([get()], 1)
    with pytest.raises(Stop):
        probe.burst([get("/other", "other")] * 6, 3)
    assert len(transport.calls) == 5
    assert probe.sent == {"op": 5}


@pytest.mark.parametrize(
    ("request_", "may"),
    [
        (Request(OP, "GET", "/things/{id}", path={"id": "foreign"}), True),
        (Request(OP, "POST", "/things"), True),
        (Request(OP, "PUT", "/profile"), False),
        (Request(OP, "DELETE", "/things"), False),
        (Request(OP, "DELETE", "/things/{id}", path={"id": "foreign"}), False),
        (Request(OP, "DELETE", "/things/{id}", path={"id": "7"}), True),
        (Request(OP, "POST", "/things/{id}/pay", path={"id": "7"}), True),
        (Request(OP, "POST", "/things/{id}/pay", path={"id": "foreign"}), False),
        # an id is somebody else's in another place, and an own object around a foreign one makes that not own
        (Request(OP, "DELETE", "/users/{id}", path={"id": "7"}), False),
        (Request(OP, "DELETE", "/things/{id}/parts/{part}", path={"id": "7", "part": "foreign"}), False),
        # an account's name is its own wherever it stands
        (Request(OP, "PUT", "/users/{name}", path={"name": "grsn1"}), True),
    ],
)
def test_safe_mode_changes_only_what_the_assessment_made(request_: Request, may: bool) -> None:
    transport = Told()
    probe = probe_of(transport, Limits(is_safe=True))
    probe.own("7", "/things")
    probe.own("grsn1")
    if may:
        probe.send(request_)
    else:
        with pytest.raises(Stop, match="--safe"):
            probe.send(request_)
    assert len(transport.calls) == may


def test_an_identity_logs_in_once() -> None:
    transport = Told()
    probe, alice = probe_of(transport), numbered("alice")
    probe.send(get(), alice)
    probe.send(get(), alice)
    assert [token(call) for call in transport.calls] == ["alice-1", "alice-1"]


def test_nobody_and_other_credentials_are_sent_as_they_are() -> None:
    transport = Told()
    probe, alice = probe_of(transport), numbered("alice")
    probe.send(get())
    probe.send(get(), alice, credential=ANONYMOUS)
    probe.send(get(), alice, credential=Credential(headers=(("authorization", "Bearer other"),)))
    assert [token(call) for call in transport.calls] == ["", "", "other"]


def test_an_ended_session_is_renewed_on_the_first_401() -> None:
    ended = {"alice-1"}
    transport = Told(lambda call: Answer(401) if token(call) in ended else json_answer({"a": 1}))
    probe, alice = probe_of(transport), numbered("alice")
    probe.keeps_alive(alice, get("/alive"))
    exchange = probe.send(get(), alice)
    assert exchange.is_success
    assert [(call.target, token(call)) for call in transport.calls] == [
        ("/things", "alice-1"), ("/alive", "alice-1"), ("/things", "alice-2"),
    ]  # fmt: skip


def test_a_401_that_means_403_renews_nothing() -> None:
    transport = Told(lambda call: Answer(401) if call.target == "/admin" else json_answer({"a": 1}))
    probe, alice = probe_of(transport), numbered("alice")
    probe.keeps_alive(alice, get("/alive"))
    assert probe.send(get("/admin"), alice).answer.status == 401
    probe.send(get(), alice)
    assert token(transport.calls[-1]) == "alice-1"


def test_a_fixed_token_that_has_ended_is_lost_and_says_so() -> None:
    probe = probe_of(Told(lambda call: Answer(401)))
    alice = Identity("alice", fixed(Credential(headers=(("authorization", "Bearer x"),))), can_renew=False)
    probe.keeps_alive(alice, get("/alive"))
    with pytest.raises(Stop, match=r"`alice` is no longer accepted"):
        probe.send(get(), alice)
    assert probe.lost == {"alice": "is no longer accepted, and its token is a fixed one"}
    with pytest.raises(Stop, match="no longer"):
        probe.credential(alice)


def test_a_credential_is_renewed_before_it_ends() -> None:
    transport = Told()
    probe = Probe(transport, Limits(), lambda: 99.0)
    alice = numbered("alice", expires=100.0)
    probe.send(get(), alice)
    probe.send(get(), alice)
    assert [token(call) for call in transport.calls] == ["alice-1", "alice-2"]


def test_who_cannot_log_in_is_lost_and_the_reason_holds_no_secret() -> None:
    def log_in(send: Send) -> Credential:
        raise LoginError("the log-in operation answers 500")

    probe = probe_of(Told())
    with pytest.raises(Stop, match="cannot log in: the log-in operation answers 500"):
        probe.send(get(), Identity("bob", log_in))
    assert "bob" in probe.lost


def test_nobody_logs_in_for_ever() -> None:
    probe, alice = probe_of(Told()), numbered("alice")
    for _ in range(60):
        probe.renew(alice)
    with pytest.raises(Stop, match="more than 60 times"):
        probe.renew(alice)


def test_an_account_that_shut_itself_out_is_lost() -> None:
    is_open = [True]
    probe = probe_of(Told(lambda call: json_answer({"a": 1}) if is_open[0] else Answer(403)))
    alice = numbered("alice")
    assert probe.still_works(alice)
    probe.keeps_alive(alice, get("/alive"))
    assert probe.still_works(alice)
    is_open[0] = False
    assert not probe.still_works(alice)
    assert "alice" in probe.lost


def test_changes_are_told_of_and_reads_and_failures_are_not() -> None:
    changed: list[str] = []
    probe = probe_of(Told(lambda call: Answer(500 if call.target == "/broken" else 201)))
    probe.changed = lambda exchange: changed.append(exchange.call.target)
    for method, path in (("GET", "/a"), ("POST", "/b"), ("POST", "/broken"), ("DELETE", "/c")):
        probe.send(Request(None, method, path))
    assert changed == ["/b", "/c"]
    assert [each.call.target for each in probe.log] == ["/b", "/c"]


def test_raw_calls_carry_every_kind_of_credential() -> None:
    transport = Told()
    shown = Credential(headers=(("x-key", "k"),), query=(("key", "q&"),), cookies=(("sid", "s"),))
    probe_of(transport).raw(Call("GET", "/a?b=1"), Identity("alice", fixed(shown)))
    assert transport.calls == [Call("GET", "/a?b=1&key=q%26", (("x-key", "k"), ("cookie", "sid=s")))]
