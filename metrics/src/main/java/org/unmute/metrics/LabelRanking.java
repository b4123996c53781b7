package org.unmute.metrics;

/**
 * How well each clip's own labels are ranked above the other classes.
 *
 * @param lwlrap mean precision over all (clip, label) pairs (DCASE 2019 task 2); NaN without labels
 * @param lrap mean over labelled clips of their mean precision; NaN without labels
 * @param coverageError mean over all clips of the rank at which all their labels are covered, ties counted in full; 0
 *     for a clip without labels
 */
public record LabelRanking(double lwlrap, double lrap, double coverageError) {}
