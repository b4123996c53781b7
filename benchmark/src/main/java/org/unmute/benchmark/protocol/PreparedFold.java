package org.unmute.benchmark.protocol;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.unmute.metrics.PrimaryMetric;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.Standardization;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.BatchReader;
import org.unmute.probes.train.Scorer;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TokenSource;

/**
 * A fold prepared for many trainings of one type of probe: standardized as it is read, and pooled once if the pooling
 * has no parameters.
 *
 * @param fold the original clips
 * @param train clips to train on
 * @param validation clips to score after each epoch
 * @param labels {@code [validation clips, classes]}
 * @param standardization statistics with which both are standardized, or null
 * @param poolingSeconds time for pooling the training clips once; 0 without pooling
 */
record PreparedFold(
        Fold fold,
        TokenSet train,
        TokenSource validation,
        boolean[][] labels,
        Standardization standardization,
        double poolingSeconds) {
    /** @param kind a probe of this type; only its pooling is used */
    static PreparedFold of(Fold fold, Probe kind) throws IOException {
        Standardization by = kind.layers() > 0 ? null : fold.standardization().orElse(null);
        TokenSource train =
                by == null ? fold.train().tokens() : fold.train().tokens().standardized(by);
        TokenSource validation = by == null
                ? fold.validation().tokens()
                : fold.validation().tokens().standardized(by);
        long begun = System.nanoTime();
        Optional<TokenSource> pooled = BatchReader.condensed(kind, train);
        double seconds = pooled.isPresent() ? (System.nanoTime() - begun) / 1e9 : 0;
        TokenSource scored =
                pooled.isPresent() ? BatchReader.condensed(kind, validation).orElseThrow() : validation;
        return new PreparedFold(
                fold,
                new TokenSet(
                        pooled.orElse(train),
                        fold.train().targets(),
                        fold.train().classes(),
                        fold.train().rows(),
                        fold.train().boxes()),
                scored,
                labels(fold.validation()),
                by,
                seconds);
    }

    /** The validation score of a probe in training. */
    double score(Probe probe, CellData data, int batch) throws IOException {
        TrainedProbe scorer = new TrainedProbe(
                probe, data.classes(), validation.grid().cls(), data.objective().isSingleLabel(), null, "", "");
        return score(data.metric(), Scorer.rawScores(scorer, validation, batch), labels);
    }

    /** NaN if a score is NaN, because then the probe diverged and the clips are not at fault. */
    private static double score(PrimaryMetric metric, float[][] scores, boolean[][] labels) {
        for (float[] row : scores) {
            for (float s : row) {
                if (Float.isNaN(s)) {
                    return Double.NaN;
                }
            }
        }
        return metric.of(scores, labels);
    }

    static boolean[][] labels(TokenSet set) {
        boolean[][] labels = new boolean[set.clips()][set.classes()];
        for (int i = 0; i < set.targets().length; i++) {
            labels[i / set.classes()][i % set.classes()] = set.targets()[i] >= 0.5f;
        }
        return labels;
    }

    /** The probe with the metadata that scoring needs. */
    TrainedProbe trained(Probe probe, CellData data) {
        return new TrainedProbe(
                probe,
                List.copyOf(data.classes()),
                fold.train().tokens().grid().cls(),
                data.objective().isSingleLabel(),
                standardization,
                data.encoderHash(),
                data.frontEndHash());
    }
}
