/** Kernels along an axis: sums, extremes, softmax, normalization. */
package org.unmute.kernels.vector.reduce;
