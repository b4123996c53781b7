/**
 * The CPU backend on the Vector API. Callers use nothing here directly: {@link org.unmute.tensor.backend.Backends}
 * finds {@link org.unmute.kernels.vector.VectorBackendProvider} with the service loader if the module {@code
 * jdk.incubator.vector} is loaded.
 *
 * <p>{@link org.unmute.kernels.vector.VectorBackend} hands each operation to a kernel. Kernels are grouped by family:
 * {@code gemm}, {@code attention}, {@code prototype}, {@code elementwise}, {@code reduce} and {@code audio}. No family
 * uses another; where one needs a kernel of another, the backend passes it in. Below them are {@code tile} (register
 * tiles and packed operands, which gemm, attention and prototype share) and {@code runtime} (threads, memory, lanes,
 * loops and arithmetic on rows).
 */
package org.unmute.kernels.vector;
