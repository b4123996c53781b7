/** The backend in plain loops that all others are tested against: slow, on one thread, sums in double. */
package org.unmute.tensor.backend.scalar;
