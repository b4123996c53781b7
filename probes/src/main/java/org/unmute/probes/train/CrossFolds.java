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
 * @param heard how many folds each training hears: all but the one that it leaves out, or half of these
 */
public record CrossFolds(Map<String, Integer> folds, int count, int leftOut, int heard) {
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
        return Optional.of(new CrossFolds(
                Map.copyOf(folds), count, ofClips.length > MOST_CLIPS_OF_ALL_FOLDS ? 1 : count, count - 1));
    }

    /**
     * The same folds, scored by probes that hear half as many recordings: two trainings, which hear different folds,
     * can score all of them; one is enough where one fold is left out.
     *
     * @return empty if the others of a fold cannot be halved, as with few recordings
     */
    public Optional<CrossFolds> halved() {
        return isHalved() || count < FOLDS
                ? Optional.empty()
                : Optional.of(new CrossFolds(folds, count, leftOut, (count - 1) / 2));
    }

    private boolean isHalved() {
        return heard < count - 1;
    }

    /** How many trainings it takes to score the folds that are left out. */
    public int trainings() {
        return !isHalved() ? leftOut : leftOut > heard ? 2 : 1;
    }

    /** The training that has not heard a recording and scores it; {@link #NONE} if there is none. */
    public int training(String recording) {
        int fold = fold(recording);
        return !isHalved() || fold == NONE ? fold : fold < heard ? 0 : 1;
    }

    /** The fold of a recording that is left out; {@link #NONE} if all trainings may hear it. */
    public int fold(String recording) {
        int fold = folds.getOrDefault(recording, NONE);
        return fold < leftOut ? fold : NONE;
    }

    /** The clips that a training hears, ascending, by the recording of each clip. */
    public int[] heardBy(int training, List<String> recordings) {
        return IntStream.range(0, recordings.size())
                .filter(i -> hears(training, recordings.get(i)))
                .toArray();
    }

    /** The clips that a training leaves out and scores, ascending, by the recording of each clip. */
    public int[] leftOutOf(int training, List<String> recordings) {
        return IntStream.range(0, recordings.size())
                .filter(i -> training(recordings.get(i)) == training)
                .toArray();
    }

    private boolean hears(int training, String recording) {
        if (!isHalved() || !folds.containsKey(recording)) {
            return fold(recording) != training;
        }
        int fold = folds.get(recording);
        return training == 0 ? fold >= heard && fold < 2 * heard : fold < heard;
    }

    /** In words. */
    public String inWords() {
        return leftOut == count
                ? count + " folds of the training clips"
                : "one of " + count + " folds of the training clips";
    }
}
