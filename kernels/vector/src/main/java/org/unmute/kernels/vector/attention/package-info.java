/** Attention and its gradients, without the matrix of scores in memory. */
package org.unmute.kernels.vector.attention;
