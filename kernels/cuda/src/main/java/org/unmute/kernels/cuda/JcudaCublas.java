package org.unmute.kernels.cuda;

import java.util.function.ToLongFunction;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasAtomicsMode;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasPointerMode;
import jcuda.jcublas.cublasStatus;
import org.unmute.kernels.device.DeviceMemory;
import org.unmute.kernels.device.NativeFolder;

/** cuBLAS through the binding JCublas, which needs {@code libcublas.so.12}. */
final class JcudaCublas implements Cublas {
    private static final int MAJOR = 0;
    private static final int MINOR = 1;
    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});

    private final cublasHandle handle = new cublasHandle();
    private final ToLongFunction<DeviceMemory> address;

    /**
     * Opens cuBLAS on the device whose context is current on the calling thread.
     *
     * @param address gives the address of a memory
     * @throws CudaException with the name of the status that cuBLAS returned
     */
    JcudaCublas(ToLongFunction<DeviceMemory> address) {
        this.address = address;
        check(JCublas2.cublasCreate(handle));
        check(JCublas2.cublasSetPointerMode(handle, cublasPointerMode.CUBLAS_POINTER_MODE_HOST));
        check(JCublas2.cublasSetAtomicsMode(handle, cublasAtomicsMode.CUBLAS_ATOMICS_NOT_ALLOWED));
        check(JCublas2.cublasSetMathMode(handle, cublasMath.CUBLAS_DEFAULT_MATH));
    }

    /** Loads the binding and queries the version. */
    static CublasLibrary load() {
        try {
            return NativeFolder.within(
                    () -> new CublasLibrary(property(MAJOR) + "." + property(MINOR), "JCublas", "", JcudaCublas::new));
        } catch (UnsatisfiedLinkError | NoClassDefFoundError | ExceptionInInitializerError e) {
            return CublasLibrary.missing("the binding JCublas does not load, "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        } catch (CudaException e) {
            return CublasLibrary.missing("it does not answer, " + e.getMessage());
        }
    }

    /** Checks a status, since the binding throws only while a process-wide switch is on. */
    private static void check(int status) {
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            throw new CudaException(cublasStatus.stringFor(status));
        }
    }

    private static int property(int which) {
        int[] value = new int[1];
        check(JCublas2.cublasGetProperty(which, value));
        return value[0];
    }

    @Override
    public synchronized void multiply(CublasGemm g) {
        check(JCublas2.cublasSgemmStridedBatched_64(
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
                g.batch()));
    }

    private static int operation(CublasGemm.Matrix m) {
        return m.transposed() ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N;
    }

    private Pointer pointer(CublasGemm.Matrix m) {
        return new Address(m.address(address));
    }

    /** A pointer to an address. */
    private static final class Address extends Pointer {
        Address(long address) {
            super(address);
        }
    }
}
