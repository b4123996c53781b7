"""PyTorch as a peer of "unmute bench".

worker.py serve THREADS runs cases, worker.py export CASE writes a case's TorchScript, worker.py blas prints the library that multiplies.

Speaks the lines of org.unmute.bench.peer.WorkerMain: every answer begins with the mark, all else goes to standard error.
"""
import gc
import os
import sys
import time

import torch

import blas
import cases

MARK = "@bench "


def answer(text):
    ANSWERS.write(MARK + text.replace("\n", " ") + "\n")
    ANSWERS.flush()


def resident():
    """Resets the peak of this process's memory and returns the resident bytes."""
    try:
        with open("/proc/self/clear_refs", "w") as peak:
            peak.write("5")
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmRSS:"))
    except OSError:
        return -1


def serve(threads):
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    answer(f"ready PyTorch {torch.__version__} in Python {sys.version.split()[0]}, {blas.describe()}, {os.environ.get('OPENBLAS_NUM_THREADS', '?')} BLAS threads")
    call = None
    for line in sys.stdin:
        order, _, rest = line.strip().partition(" ")
        try:
            if order == "prepare":
                call = None
                call = cases.prepare(rest)
                gc.collect()
                before = resident()
                call.run()
                call.show(os.path.join(rest, "out", "torch-debian"))
                answer(f"prepared -1 {before}")
            elif order == "time":
                calls, seconds = rest.split()
                answer("timed " + " ".join(timed(call, int(calls), float(seconds))))
            elif order == "release":
                call = None
                gc.collect()
                answer("released")
            elif order == "quit":
                break
        except cases.Unsupported as e:
            answer(f"unsupported {e}")
        except Exception as e:  # one case must not end the others
            print(repr(e), file=sys.stderr, flush=True)
            answer(f"failed {type(e).__name__}: {e}")


def timed(call, calls, seconds):
    begun = time.perf_counter_ns()
    times = []
    while len(times) < calls and (not times or time.perf_counter_ns() - begun < seconds * 1e9):
        start = time.perf_counter_ns()
        call.run()
        times.append(str(time.perf_counter_ns() - start))
    return times


if __name__ == "__main__":
    ANSWERS = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    elif sys.argv[1] == "export":
        cases.export(sys.argv[2])
    elif sys.argv[1] == "blas":
        ANSWERS.write(blas.describe() + "\n")
        ANSWERS.flush()
    else:
        sys.exit(f"worker.py: unknown order {sys.argv[1]}")
