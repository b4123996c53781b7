package org.unmute.kernels.cuda;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.unmute.kernels.device.DeviceMemory;

/**
 * The cuBLAS of this machine, or the reason why there is none. cuBLAS comes with the CUDA toolkit or with PyTorch, not
 * with the driver.
 *
 * @param version such as {@code 13.1}; empty if not available
 * @param source where it was loaded from, for users
 * @param problem why it is not available; empty if it is
 * @param opening opens it on the device whose context is current on the calling thread, given a function from memory to
 *     its address; throws a {@link jcuda.CudaException} with the name of the status
 */
record CublasLibrary(
        String version, String source, String problem, Function<ToLongFunction<DeviceMemory>, Cublas> opening) {
    /**
     * System property: {@code true} (the default) searches for cuBLAS, {@code false} turns it off, and the path of a
     * {@code libcublas.so} of CUDA 12 or newer selects that file.
     */
    static final String PROPERTY = "unmute.cuda.cublas";

    /** The library version required by the binding JCublas. */
    private static final String BOUND = "libcublas.so.12";

    /** Versions that have the functions used here, in order of preference. */
    private static final List<String> FILES = List.of("libcublas.so.13", BOUND);

    /** Location of the toolkit if the loader does not know it. */
    private static final String TOOLKIT = "/usr/local/cuda/lib64/";

    private static CublasLibrary found;

    static CublasLibrary missing(String problem) {
        return new CublasLibrary("", "", problem, _ -> {
            throw new IllegalStateException("cuda: there is no cuBLAS: " + problem);
        });
    }

    boolean isAvailable() {
        return problem.isEmpty();
    }

    /** Tells users which matrix products are in use. */
    String describe() {
        return isAvailable()
                ? "matrix products by cuBLAS " + version + " (" + source + ")"
                : "matrix products by our own kernel (cuBLAS: " + problem + ")";
    }

    /**
     * Detects the library, once.
     *
     * @throws IllegalArgumentException if the system property is neither true nor false nor the path of a library that
     *     loads
     */
    static synchronized CublasLibrary find() {
        if (found == null) {
            found = of(System.getProperty(PROPERTY, "true").strip());
        }
        return found;
    }

    /** The library selected by a value of the system property, see {@link #find}. */
    static CublasLibrary of(String property) {
        if (property.equals("true")) {
            return search();
        }
        if (property.equals("false")) {
            return missing("turned off by " + PROPERTY);
        }
        String wanted = "cuda: system property " + PROPERTY
                + " must be true, false or the path of a libcublas.so of CUDA 12 or newer: ";
        if (!property.contains(File.separator)) {
            throw new IllegalArgumentException(wanted + "'" + property + "'");
        }
        CublasLibrary library = load(property)
                .map(l -> ForeignCublas.load(l, property))
                .orElseGet(() -> missing(property + " does not load"));
        if (!library.isAvailable()) {
            throw new IllegalArgumentException(wanted + library.problem());
        }
        return library;
    }

    /** Searches for version 12 with JCublas, then for the newest version with foreign functions. */
    private static CublasLibrary search() {
        String problem = "neither " + BOUND + " nor " + FILES.getFirst() + " was found";
        // Search before loading the binding, whose own error is long.
        if (load(BOUND).isPresent()) {
            CublasLibrary bound = JcudaCublas.load();
            if (bound.isAvailable()) {
                return bound;
            }
            problem = bound.problem();
        }
        for (String file : FILES) {
            Optional<SymbolLookup> library = load(file).or(() -> load(TOOLKIT + file));
            if (library.isPresent()) {
                CublasLibrary usable = ForeignCublas.load(library.get(), file);
                if (usable.isAvailable()) {
                    return usable;
                }
                problem = usable.problem();
            }
        }
        return missing(problem);
    }

    /** Loads a library by name or path until the process ends; empty if it does not load. */
    @SuppressWarnings("restricted") // Only loads a library.
    private static Optional<SymbolLookup> load(String file) {
        try {
            return Optional.of(
                    file.contains(File.separator)
                            ? SymbolLookup.libraryLookup(Path.of(file), Arena.global())
                            : SymbolLookup.libraryLookup(file, Arena.global()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
