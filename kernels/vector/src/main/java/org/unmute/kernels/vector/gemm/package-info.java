/**
 * Matrix products and linear maps. {@link org.unmute.kernels.vector.gemm.GemmKernel} chooses the algorithm by shape.
 */
package org.unmute.kernels.vector.gemm;
