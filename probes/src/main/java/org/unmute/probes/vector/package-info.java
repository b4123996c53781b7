/**
 * Vectors of stretches of sound, and the nearest among them: tokens of a cache pooled over stretches of some seconds,
 * in
 * a file that is gone through as it is mapped ({@link org.unmute.probes.vector.VectorIndex}). The comparison is exact:
 * every vector is compared, in bounded memory.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.probes.vector;

import org.jspecify.annotations.NullMarked;
