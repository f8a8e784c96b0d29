"""The filter under AddressSanitizer, driven at random by a host that is stricter than Envoy (`host.c`).

`GARRISON_SOAK=100000` makes it as long as a release wants it.
"""

import json
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from tests.integration.envoy.running import ROOT, build_filter

HERE = Path(__file__).parent
EXCHANGES = int(os.environ.get("GARRISON_SOAK", "4000"))
SMALL = ("-DGARRISON_VISIT=2", "-DGARRISON_LOOKS=1")
"""So that what there is takes several visits, with the few exchanges that the host has at a time."""
DYNAMIC_LINKER = "leak:ld-linux\n"
"""What it keeps for good of libraries loaded late; without a look into the threads' own memory it seems lost."""
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-g", "-O0")


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_filter(tmp_path_factory.mktemp("filter"), (*SANITIZERS, *SMALL))


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_host(tmp_path_factory.mktemp("host"))


def build_host(directory: Path) -> Path:
    output = directory / "host"
    library = sysconfig.get_config_var("LIBDIR")
    version = sysconfig.get_config_var("LDVERSION")
    link = ["-rdynamic", "-Wl,--no-as-needed", f"-L{library}", f"-lpython{version}", f"-Wl,-rpath,{library}", "-ldl"]
    warnings = ["-std=c11", "-Wall", "-Wextra", "-Werror"]
    source = str(HERE / "host.c")
    subprocess.run(["cc", *warnings, *SANITIZERS, source, "-o", str(output), *link, "-lpthread"], check=True)
    return output


@pytest.mark.integration
@pytest.mark.parametrize("seed", [1, 2])
def test_random_exchanges_under_address_sanitizer(module: Path, host: Path, seed: int, tmp_path: Path) -> None:
    suppressions = tmp_path / "suppressions"
    suppressions.write_text(DYNAMIC_LINKER)
    config = json.dumps({"factory": "random_policy:make", "settings": seed})
    environment = {
        **os.environ,
        "GARRISON_PYTHON": sys.executable,
        "PYTHONMALLOC": "malloc",  # else Python's pools hide what is freed
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(HERE)]),
        "ASAN_OPTIONS": "detect_leaks=1",
        # The judge is still there in the end, and the sanitizer cannot read the own memory of a library's thread.
        "LSAN_OPTIONS": f"use_tls=0:suppressions={suppressions}:print_suppressions=0",
    }
    command = [str(host), str(module), config, str(EXCHANGES), str(seed)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stderr[-5000:]
    opened, closed, dropped = (int(count) for count in re.findall(r"\d+", done.stdout.splitlines()[0]))
    assert "wrong" not in done.stdout
    assert opened == closed + dropped > EXCHANGES / 2
    assert f"exchanges {EXCHANGES} " in done.stdout
    asked, woken = (int(count) for count in re.findall(r" asked (\d+) woken (\d+) ", done.stdout)[0])
    assert asked > woken > EXCHANGES / 30
    judged, ended = (int(count) for count in re.findall(r" judged (\d+) ended-by-others (\d+) ", done.stdout)[0])
    assert judged > EXCHANGES / 10
    assert ended > 0
