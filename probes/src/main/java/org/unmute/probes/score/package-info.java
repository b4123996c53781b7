/**
 * Scores over time: one score for each class and row of the token grid.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.probes.score;

import org.jspecify.annotations.NullMarked;
