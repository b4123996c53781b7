/**
 * Scores of multi-label and single-label classification: average precision, AUROC, d', lwlrap, F1, calibration, top-k,
 * bootstrap intervals over clips, and intervals of rates and shares. All computations use double on float32 scores. An
 * undefined value (for example, for a class without positives) is NaN and is reported as such, never silently replaced
 * by a number.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.metrics;

import org.jspecify.annotations.NullMarked;
