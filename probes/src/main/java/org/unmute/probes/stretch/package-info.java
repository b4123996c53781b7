/**
 * Stretches of cached clips as separate clips.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.probes.stretch;

import org.jspecify.annotations.NullMarked;
