/**
 * Code shared by all kernels: threads ({@link org.unmute.kernels.vector.runtime.WorkerPool}), memory ({@link
 * org.unmute.kernels.vector.runtime.ArrayPool}, {@link org.unmute.kernels.vector.runtime.WorkspacePool}, {@link
 * org.unmute.kernels.vector.runtime.CachingAllocator}), the vector width ({@link
 * org.unmute.kernels.vector.runtime.Lanes}), loops over views of any strides, and arithmetic on vectors and rows.
 *
 * <p>Kernel memory is kept from call to call, and each thread gets back the memory it used before: on some machines a
 * write to a cache line that other cores hold takes 25 times as long.
 */
package org.unmute.kernels.vector.runtime;
