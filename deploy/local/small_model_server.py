"""llama.cpp's own OpenAI-compatible server. Run by the Python of ``.models/venv``: weights, port, context, threads."""

import sys
import threading

import xllamacpp


def main(weights: str, port: str, context_tokens: str, threads: str) -> None:
    """Serve on the loopback interface until killed."""
    params = xllamacpp.CommonParams()
    params.model.path = weights
    params.port = int(port)
    params.n_ctx = int(context_tokens)
    params.n_parallel = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = int(threads)
    params.sampling.dry_multiplier = 0.8  # a small model falls into loops; this makes each turn of one less likely
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    threading.Event().wait()


main(*sys.argv[1:])
