/**
 * The reference backend, against which all others are tested: plain loops on one thread with sums in double. Slow.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.tensor.backend.scalar;

import org.jspecify.annotations.NullMarked;
