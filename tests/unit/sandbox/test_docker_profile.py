from __future__ import annotations

import json

from services.sandbox.drivers.docker.container import configuration, host, labels
from services.sandbox.drivers.docker.profile import allowed, profile
from services.sandbox.drivers.seccomp import REFUSED
from services.sandbox.port import DATA, PYTHON, RUN, Spec

SPEC = Spec("one", (PYTHON, "-c", "pass"))


def test_only_what_is_listed_is_allowed_and_nothing_that_every_jail_is_refused():
    written = json.loads(profile("x86_64"))
    assert written["defaultAction"] == "SCMP_ACT_ERRNO"
    assert written["architectures"] == ["SCMP_ARCH_X86_64"]
    given = {n for rule in written["syscalls"] if rule["action"] == "SCMP_ACT_ALLOW" for n in rule["names"]}
    refused = {name for group in REFUSED.values() for name in group.split()}
    assert set(allowed()) <= given
    assert not refused & given
    assert {"ptrace", "io_uring_setup", "keyctl", "bpf", "mount", "unshare"} <= refused


def test_only_unix_sockets_and_no_new_namespaces():
    rules = {name: rule for rule in json.loads(profile("aarch64"))["syscalls"] for name in rule["names"]}
    assert rules["socket"]["args"] == [{"index": 0, "value": 1, "valueTwo": 0, "op": "SCMP_CMP_NE"}]
    assert rules["clone3"]["action"] == "SCMP_ACT_ERRNO"
    assert rules["clone"]["args"][0]["value"] == 0x7E020000


def test_a_container_has_nothing_that_it_does_not_need():
    made = host(SPEC, 123, {}, "runsc")
    assert made["NetworkMode"] == "none"
    assert made["ReadonlyRootfs"]
    assert made["CapDrop"] == ["ALL"]
    assert "no-new-privileges:true" in made["SecurityOpt"]
    assert made["Memory"] == made["MemorySwap"] == SPEC.limits.memory
    assert made["PidsLimit"] == SPEC.limits.processes
    assert made["IpcMode"] == "none"
    assert made["LogConfig"]["Type"] == "none"
    assert made["Runtime"] == "runsc"
    assert {"/sys", "/proc/kcore"} <= set(made["MaskedPaths"])
    assert set(made["Tmpfs"]) == {RUN, DATA, "/tmp", "/dev/shm"}
    assert all("size=" in options and "nr_inodes=" in options for options in made["Tmpfs"].values())
    assert made["Mounts"] == []
    assert not made.get("Privileged")


def test_a_container_is_of_a_user_of_its_own_and_says_whose_it_is():
    assert configuration(SPEC, "image", 123)["user"] == "123:123"
    assert set(labels("house", "life", SPEC)) == {
        "interius.house",
        "interius.life",
        "interius.jail",
        "interius.expires",
    }
