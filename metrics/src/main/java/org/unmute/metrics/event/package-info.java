/**
 * Evaluation of sound event detection: segment-based, event-based and intersection-based precision, recall and F1,
 * error rates, and PSDS, from event lists or from scores over time at every threshold. Conventions follow sed_eval and
 * sed_scores_eval; where they differ, each class states which one it follows.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.metrics.event;

import org.jspecify.annotations.NullMarked;
