/** The reference backend, against which all others are tested: plain loops on one thread with sums in double. Slow. */
package org.unmute.tensor.backend.scalar;
