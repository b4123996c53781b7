package org.unmute.metrics;

/**
 * One class of a multi-label evaluation.
 *
 * @param name class name
 * @param positives number of clips with the label
 * @param averagePrecision NaN without positives
 * @param auroc NaN if all clips have the label, or none has it
 * @param dPrime √2·Φ⁻¹(auroc); infinite at AUROC 0 and 1, NaN where AUROC is NaN
 * @param lwlrap mean precision at this label over its positive clips; NaN without positives
 * @param lwlrapWeight share of the (clip, label) pairs that have this label
 * @param f1AtLeastHalf F1 with "positive if probability ≥ 0.5"
 * @param f1AboveHalf F1 with "positive if probability > 0.5"
 * @param best the best F1 over the thresholds of this class
 */
public record ClassScores(
        String name,
        int positives,
        double averagePrecision,
        double auroc,
        double dPrime,
        double lwlrap,
        double lwlrapWeight,
        double f1AtLeastHalf,
        double f1AboveHalf,
        Threshold best) {}
