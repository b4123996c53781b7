package org.unmute.kernels.cuda;

import jcuda.CudaException;
import org.unmute.kernels.device.Kernel;

/**
 * Float32 matrix products by cuBLAS on one device. Work runs on the default stream. TF32 is off. Results have the same
 * bits on every run, which cuBLAS guarantees for one stream without atomics, on the same GPU model and library version.
 * Thread-safe.
 */
interface Cublas {
    /** The name of the routine in profiles. */
    Kernel KERNEL = new Kernel("cublas", "matmul_cublas");

    /**
     * Computes a product. The device's context must be current on the calling thread.
     *
     * @throws CudaException with the name of the status that cuBLAS returned
     */
    void multiply(CublasGemm g);
}
