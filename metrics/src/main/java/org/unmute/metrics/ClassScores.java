package org.unmute.metrics;

/**
 * One class of a multi-label evaluation.
 *
 * @param name class name
 * @param positives clips that have the label
 * @param averagePrecision NaN without positives
 * @param auroc NaN if all clips have the label or none does
 * @param dPrime √2·Φ⁻¹(auroc); infinite at AUROC 0 and 1, NaN where AUROC is
 * @param lwlrap mean precision at this label over the clips that have it; NaN without positives
 * @param lwlrapWeight share of this class in all (clip, label) pairs
 * @param f1AtLeastHalf F1 with "positive if probability ≥ 0.5"
 * @param f1AboveHalf F1 with "positive if probability > 0.5"
 * @param best the best F1 over this class's own thresholds
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
