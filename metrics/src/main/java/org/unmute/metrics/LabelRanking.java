package org.unmute.metrics;

/**
 * Measures how well the labels of each clip are ranked above its other classes.
 *
 * @param lwlrap mean precision over all (clip, label) pairs (DCASE 2019 task 2); NaN without labels
 * @param lrap mean precision of each labelled clip, averaged over these clips; NaN without labels
 * @param coverageError mean over all clips of the rank at which all their labels are covered, ties counted in full; 0
 *     for a clip without labels
 */
public record LabelRanking(double lwlrap, double lrap, double coverageError) {}
