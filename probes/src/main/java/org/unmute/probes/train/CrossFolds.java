package org.unmute.probes.train;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Folds of recordings, each of which is left out of one training, so that a probe that has not heard a recording can
 * score its clips.
 *
 * @param folds fold of each recording, from 0
 * @param count number of folds
 * @param leftOut how many of them are left out, from the first one: all, or one of large sets
 */
public record CrossFolds(Map<String, Integer> folds, int count, int leftOut) {
    /** The fold of a recording that all trainings may hear. */
    public static final int NONE = -1;
    /** More clips than this leave out one fold only, which costs one training more instead of five. */
    public static final int MOST_CLIPS_OF_ALL_FOLDS = 2000;

    private static final int FOLDS = 5;
    private static final long SEED = 0;

    /**
     * Deals recordings to five folds, or to as many as there are recordings if they are fewer, with the classes spread
     * over the folds.
     *
     * @param recordings recording of each clip
     * @param targets {@code [clips, classes]}, as in {@link GroupStratification#of}
     * @return empty if there are fewer than two recordings
     */
    public static Optional<CrossFolds> of(List<String> recordings, float[] targets, int classes) {
        GroupStratification groups = GroupStratification.of(recordings, targets, classes);
        if (groups.groups() < 2) {
            return Optional.empty();
        }
        int[] ofClips = groups.folds(FOLDS, SEED);
        Map<String, Integer> folds = new HashMap<>();
        for (int i = 0; i < ofClips.length; i++) {
            folds.put(recordings.get(i), ofClips[i]);
        }
        int count = Arrays.stream(ofClips).max().orElseThrow() + 1;
        return Optional.of(
                new CrossFolds(Map.copyOf(folds), count, ofClips.length > MOST_CLIPS_OF_ALL_FOLDS ? 1 : count));
    }

    /** The fold without which a probe is trained that may score this recording; {@link #NONE} if there is none. */
    public int fold(String recording) {
        int fold = folds.getOrDefault(recording, NONE);
        return fold < leftOut ? fold : NONE;
    }

    /** The clips that are not of a fold, ascending, by the recording of each clip. */
    public int[] without(int fold, List<String> recordings) {
        return IntStream.range(0, recordings.size())
                .filter(i -> fold(recordings.get(i)) != fold)
                .toArray();
    }

    /** In words. */
    public String inWords() {
        return leftOut == count
                ? count + " folds of the training clips"
                : "one of " + count + " folds of the training clips";
    }
}
