package org.unmute.benchmark.protocol;

import java.util.List;
import org.unmute.probes.pool.TrainedProbe;

/**
 * The test scores of one seed on one fold.
 *
 * @param fold the fold, with its clips
 * @param probe the saved probe
 * @param scores {@code [test clips, classes]}, in [0, 1]
 * @param test primary metric of the scores
 * @param rerun the training of the probe
 */
public record FoldScores(Fold fold, TrainedProbe probe, float[][] scores, double test, Rerun rerun) {
    /** The epochs of the training. */
    public List<EpochRecord> epochs() {
        return rerun.epochs();
    }
}
