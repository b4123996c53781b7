/**
 * Confidence intervals of counts, shares and areas, computed from their numbers alone.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.metrics.interval;

import org.jspecify.annotations.NullMarked;
