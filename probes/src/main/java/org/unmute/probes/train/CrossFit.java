package org.unmute.probes.train;

import java.io.IOException;
import java.util.List;
import org.unmute.probes.pool.TrainedProbe;

/**
 * Probes that were trained like another one, each without recordings that it scores.
 *
 * @param folds of the recordings
 * @param probes the probe of each training
 */
public record CrossFit(CrossFolds folds, List<TrainedProbe> probes) {
    /** @throws IllegalArgumentException if there is not one probe for each training */
    public CrossFit {
        probes = List.copyOf(probes);
        if (probes.size() != folds.trainings()) {
            throw new IllegalArgumentException("cross-fit: there are " + probes.size() + " probes of "
                    + folds.trainings() + " trainings: one is needed for each");
        }
    }

    /**
     * The probe that has not heard a recording.
     *
     * @throws IllegalArgumentException if every probe may have heard it
     */
    public TrainedProbe probe(String recording) {
        int training = folds.training(recording);
        if (training == CrossFolds.NONE) {
            throw new IllegalArgumentException("cross-fit: no training left " + recording + " out");
        }
        return probes.get(training);
    }

    /**
     * The raw scores of clips, each by the probe that has not heard its recording.
     *
     * @param recordings recording of each clip
     * @param batch clips per batch
     * @return {@code [clips][classes]}, see {@link Scorer#rawScores}
     * @throws IllegalArgumentException if every probe may have heard one of the recordings
     * @throws IOException if tokens cannot be read
     */
    public float[][] rawScores(TokenSource clips, List<String> recordings, int batch) throws IOException {
        float[][] all = new float[clips.clips()][];
        recordings.forEach(this::probe);
        for (int training = 0; training < probes.size(); training++) {
            int[] numbers = folds.leftOutOf(training, recordings);
            if (numbers.length == 0) {
                continue;
            }
            float[][] scores = Scorer.rawScores(probes.get(training), TokenSet.subset(clips, numbers), batch);
            for (int i = 0; i < numbers.length; i++) {
                all[numbers[i]] = scores[i];
            }
        }
        return all;
    }
}
