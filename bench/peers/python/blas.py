"""Which library multiplies matrices for this process's PyTorch."""
import os
import re

# Debian's alternatives all call themselves libblas.so.3; the folder that the link leads to tells them apart.
KNOWN = (
    (r"/libc?blas\.so", "reference BLAS"),
    (r"libmkl_", "MKL"),
    (r"openblas", "OpenBLAS"),
    (r"blis", "BLIS"),
    (r"atlas", "ATLAS"),
)


def loaded():
    """Paths of the shared libraries of this process; none where there is no /proc."""
    try:
        with open("/proc/self/maps") as maps:
            paths = {line.split(maxsplit=5)[5].strip() for line in maps if ".so" in line}
    except OSError:
        return []
    return sorted({os.path.realpath(path) for path in paths})


def named(paths):
    """The BLAS among shared libraries. Every other BLAS is named in its folder or file name; the reference BLAS is not."""
    for pattern, name in KNOWN:
        for path in paths:
            if re.search(pattern, path) and not (name == "reference BLAS" and re.search(r"openblas|blis|atlas|mkl", path)):
                return f"{name} ({path})"
    return "BLAS unknown"


def describe():
    """Name and file of the library, or MKL where it is linked into PyTorch itself."""
    import torch

    torch.mm(torch.ones(64, 64), torch.ones(64, 64))
    return "MKL" if torch.backends.mkl.is_available() else named(loaded())
