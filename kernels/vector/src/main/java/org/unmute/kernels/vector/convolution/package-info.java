/** Convolutions computed directly, without a matrix product. */
package org.unmute.kernels.vector.convolution;
