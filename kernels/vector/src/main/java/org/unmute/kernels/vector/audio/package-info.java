/** Mel filter banks: framing, Fourier transform and logarithm, in float64. */
package org.unmute.kernels.vector.audio;
