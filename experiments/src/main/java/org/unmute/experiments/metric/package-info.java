/**
 * Scores of multi-label and single-label classification: average precision, AUROC, d', lwlrap, F1, calibration, top-k,
 * and bootstrap intervals over clips. Everything is computed in double from float32 scores; a value that the data leave
 * undefined (a class without positives, say) is NaN and is named, never replaced by a number in silence.
 */
package org.unmute.experiments.metric;
