"""Programs that look for a network."""

from __future__ import annotations

import ctypes
import socket

from tools import call, refusals


def _tcp(address):
    with socket.create_connection(tuple(address), 2) as made:
        return made.recv(100).decode()


def _udp(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.settimeout(1)
        made.sendto(b"where", tuple(address))
        return made.recv(100).decode()


def host_loopback(given):
    return _tcp(given["loopback"])


def host_loopback_v6(given):
    return _tcp(given["loopback_v6"])


def gateway(given):
    return _tcp(given["gateway"])


def metadata(given):
    return _tcp(given["metadata"])


def name_server(given):
    return _udp(given["name_server"])


def names(given):
    return socket.getaddrinfo(given["name"], 80)[0][4][0]


def broadcast(given):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        return str(made.sendto(b"all", ("255.255.255.255", given["name_server"][1])))


def family_in_high_bits(_):
    """The kernel looks at half of the number that a filter compares."""
    return call("socket", (1 << 32) | socket.AF_INET, socket.SOCK_STREAM, 0)


def vsock(_):
    with socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM) as made:
        made.settimeout(1)
        made.connect((2, 1024))
    return "connected"


def netlink(_):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as made:
        made.bind((0, 0))
    return "bound"


def packets(_):
    attempts = {
        "packet": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0x0300),
        "icmp": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
        "icmp6": lambda: socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58),
    }
    return refusals(attempts)


def rare_families(_):
    """Those with a history of holes: kernel cryptography, Bluetooth, X.25, RDS, TIPC, XDP."""
    return refusals({n: lambda n=n: socket.socket(n, socket.SOCK_SEQPACKET, 0) for n in (38, 31, 9, 21, 30, 44)})


def host_abstract_socket(given):
    with socket.socket(socket.AF_UNIX) as made:
        made.connect("\0" + given["abstract"])
        return made.recv(100).decode()


def host_unix_socket(given):
    with socket.socket(socket.AF_UNIX) as made:
        made.connect(given["unix"])
        return made.recv(100).decode()


def interfaces(_):
    class Request(ctypes.Structure):
        _fields_ = [("name", ctypes.c_char * 16), ("rest", ctypes.c_char * 24)]

    found = [name for _, name in socket.if_nameindex()]
    return "none" if found in ([], ["lo"]) else " ".join(found)
