/**
 * Scores of multi-label and single-label classification: average precision, AUROC, d', lwlrap, F1, calibration, top-k,
 * bootstrap intervals over clips, and intervals of rates and shares. Everything is computed in double from float32
 * scores; an undefined value (for example, of a class without positives) is NaN and is reported, never silently
 * replaced by a number.
 */
package org.unmute.metrics;
