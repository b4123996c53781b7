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
 * NVIDIA's own matrix products, in float32, where its library is on the machine: it comes with the CUDA toolkit, not
 * with the driver. On one device; work goes to the default stream. Nothing is rounded to TF32, and results have the
 * same bits on every run: cuBLAS promises that for one stream and without atomic operations, on the same kind of card
 * and with the same version.
 */
final class Cublas {
    /** System property that turns it off: {@code false}. Default is {@code true}. */
    static final String PROPERTY = "unmute.cuda.cublas";

    /** What it is called in profiles; what follows the product is counted in. */
    static final Kernel KERNEL = new Kernel("cublas", "matmul_cublas");

    /** The version of cuBLAS that the binding was built for. */
    private static final String LIBRARY = "libcublas.so.12";

    private static final int MAJOR = 0;
    private static final int MINOR = 1;
    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});

    private static Found found;

    private final cublasHandle handle = new cublasHandle();

    /** For the device whose context is the calling thread's. */
    Cublas() {
        JCublas2.cublasCreate(handle);
        JCublas2.cublasSetPointerMode(handle, cublasPointerMode.CUBLAS_POINTER_MODE_HOST);
        JCublas2.cublasSetAtomicsMode(handle, cublasAtomicsMode.CUBLAS_ATOMICS_NOT_ALLOWED);
        JCublas2.cublasSetMathMode(handle, cublasMath.CUBLAS_DEFAULT_MATH);
    }

    /**
     * Whether it is there.
     *
     * @param version such as {@code 12.6}; empty if it is not there
     * @param trouble why it is not, in words; empty if it is
     */
    record Found(String version, String trouble) {
        boolean isThere() {
            return trouble.isEmpty();
        }

        /** Whose matrix products run, for people. */
        String words() {
            return isThere()
                    ? "matrix products by cuBLAS " + version
                    : "matrix products by our own kernel (cuBLAS: " + trouble + ")";
        }
    }

    /**
     * Looks for the library, once.
     *
     * @throws IllegalArgumentException if the system property says neither true nor false
     */
    static synchronized Found find() {
        if (found == null) {
            found = off(System.getProperty(PROPERTY, "true")).orElseGet(Cublas::look);
        }
        return found;
    }

    /** What it says where it was turned off. */
    static Optional<Found> off(String property) {
        return switch (property.strip()) {
            case "true" -> Optional.empty();
            case "false" -> Optional.of(new Found("", "turned off by " + PROPERTY));
            default ->
                throw new IllegalArgumentException(
                        "cuda: system property " + PROPERTY + " must be true or false: '" + property + "'");
        };
    }

    /** The library itself is looked for first: the binding's own error is long. */
    @SuppressWarnings("restricted") // Looking for a library is all that is done.
    private static Found look() {
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup.libraryLookup(LIBRARY, arena);
        } catch (IllegalArgumentException e) {
            return new Found("", LIBRARY + " was not found");
        }
        return bind();
    }

    /** The version, through the binding. */
    static Found bind() {
        try {
            return NativeFolder.within(() -> {
                JCublas2.setExceptionsEnabled(true);
                return new Found(property(MAJOR) + "." + property(MINOR), "");
            });
        } catch (UnsatisfiedLinkError | NoClassDefFoundError | ExceptionInInitializerError e) {
            return new Found(
                    "",
                    "the binding JCublas does not load, "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        } catch (CudaException e) {
            return new Found("", "it does not answer, " + e.getMessage());
        }
    }

    private static int property(int which) {
        int[] value = new int[1];
        JCublas2.cublasGetProperty(which, value);
        return value[0];
    }

    /** Multiplies; what follows the product is the caller's. The device's context must be the calling thread's. */
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
