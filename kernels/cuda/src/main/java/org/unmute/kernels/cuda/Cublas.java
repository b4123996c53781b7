package org.unmute.kernels.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasAtomicsMode;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasPointerMode;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.NativeFolder;

/**
 * Float32 matrix products by cuBLAS, if it is installed; it comes with the CUDA toolkit, not with the driver. Work runs
 * on the default stream of one device. TF32 is off. Results have the same bits on every run, which cuBLAS guarantees
 * for one stream without atomics, on the same GPU model and library version.
 */
final class Cublas {
    /** System property: {@code false} turns cuBLAS off. Default {@code true}. */
    static final String PROPERTY = "unmute.cuda.cublas";

    /** The routine's name in profiles. */
    static final Kernel KERNEL = new Kernel("cublas", "matmul_cublas");

    /** The library version that the binding needs. */
    private static final String LIBRARY = "libcublas.so.12";

    private static final int MAJOR = 0;
    private static final int MINOR = 1;
    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});

    private static Library found;

    private final cublasHandle handle = new cublasHandle();

    /** Opens cuBLAS on the device whose context is current on the calling thread. */
    Cublas() {
        JCublas2.cublasCreate(handle);
        JCublas2.cublasSetPointerMode(handle, cublasPointerMode.CUBLAS_POINTER_MODE_HOST);
        JCublas2.cublasSetAtomicsMode(handle, cublasAtomicsMode.CUBLAS_ATOMICS_NOT_ALLOWED);
        JCublas2.cublasSetMathMode(handle, cublasMath.CUBLAS_DEFAULT_MATH);
    }

    /**
     * The library, or why it is not available.
     *
     * @param version such as {@code 12.6}; empty if not available
     * @param problem why it is not available; empty if it is
     */
    record Library(String version, String problem) {
        boolean isAvailable() {
            return problem.isEmpty();
        }

        /** Tells users which matrix products run. */
        String describe() {
            return isAvailable()
                    ? "matrix products by cuBLAS " + version
                    : "matrix products by our own kernel (cuBLAS: " + problem + ")";
        }
    }

    /**
     * Detects the library, once.
     *
     * @throws IllegalArgumentException if the system property is neither true nor false
     */
    static synchronized Library find() {
        if (found == null) {
            found = off(System.getProperty(PROPERTY, "true")).orElseGet(Cublas::detect);
        }
        return found;
    }

    /** The result if the property turns cuBLAS off, else empty. */
    static Optional<Library> off(String property) {
        return switch (property.strip()) {
            case "true" -> Optional.empty();
            case "false" -> Optional.of(new Library("", "turned off by " + PROPERTY));
            default ->
                throw new IllegalArgumentException(
                        "cuda: system property " + PROPERTY + " must be true or false: '" + property + "'");
        };
    }

    /** Searches for the library before loading the binding, whose own error is long. */
    @SuppressWarnings("restricted") // Only looks up a library.
    private static Library detect() {
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup.libraryLookup(LIBRARY, arena);
        } catch (IllegalArgumentException e) {
            return new Library("", LIBRARY + " was not found");
        }
        return bind();
    }

    /** Loads the binding and asks for the version. */
    static Library bind() {
        try {
            return NativeFolder.within(() -> {
                JCublas2.setExceptionsEnabled(true);
                return new Library(property(MAJOR) + "." + property(MINOR), "");
            });
        } catch (UnsatisfiedLinkError | NoClassDefFoundError | ExceptionInInitializerError e) {
            return new Library(
                    "",
                    "the binding JCublas does not load, "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        } catch (CudaException e) {
            return new Library("", "it does not answer, " + e.getMessage());
        }
    }

    private static int property(int which) {
        int[] value = new int[1];
        JCublas2.cublasGetProperty(which, value);
        return value[0];
    }

    /** Multiplies. The device's context must be current on the calling thread. */
    synchronized void multiply(CublasGemm g) {
        JCublas2.cublasSgemmStridedBatched_64(
                handle,
                operation(g.first()),
                operation(g.second()),
                g.rows(),
                g.columns(),
                g.inner(),
                ONE,
                pointer(g.first()),
                g.first().leading(),
                g.first().stride(),
                pointer(g.second()),
                g.second().leading(),
                g.second().stride(),
                ZERO,
                pointer(g.result()),
                g.result().leading(),
                g.result().stride(),
                g.batch());
    }

    private static int operation(CublasGemm.Matrix m) {
        return m.transposed() ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N;
    }

    private static Pointer pointer(CublasGemm.Matrix m) {
        return CudaDevice.pointer(m.memory()).withByteOffset(m.offset() * Float.BYTES);
    }
}
