/**
 * The CPU backend on the Vector API. Nothing here is for callers: {@link org.unmute.tensor.backend.Backends} finds
 * {@link org.unmute.kernels.vector.VectorBackendProvider} by the service loader where the module {@code
 * jdk.incubator.vector} is loaded, and {@link org.unmute.kernels.vector.VectorBackend} hands each operation to a
 * kernel. Kernels share their work among the daemon threads of one pool, which end with the backend.
 */
package org.unmute.kernels.vector;
