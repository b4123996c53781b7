"""Which library multiplies matrices for this process's PyTorch."""
import ctypes
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


def core(paths):
    """The kernels that an OpenBLAS among shared libraries has chosen, such as SkylakeX; none where there is no OpenBLAS."""
    for path in paths:
        if "openblas" in path:
            try:
                function = ctypes.CDLL(path).openblas_get_corename
            except (OSError, AttributeError):
                continue
            function.restype = ctypes.c_char_p
            return ", kernels " + function().decode()
    return ""


def describe():
    """Name and file of the library, or MKL where it is linked into PyTorch itself, and which kernels it and PyTorch chose."""
    import torch

    torch.mm(torch.ones(64, 64), torch.ones(64, 64))
    paths = loaded()
    library = "MKL" if torch.backends.mkl.is_available() else named(paths) + core(paths)
    return f"{library}, PyTorch's kernels {torch.backends.cpu.get_cpu_capability()}"
