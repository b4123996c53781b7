package org.unmute.benchmark.protocol;

import java.util.List;
import org.unmute.data.json.JsonFields;

/**
 * A training of one of the best configurations with one seed on one fold.
 *
 * @param rank rank of the configuration in the search, from 0
 * @param trial number of the trial that found it
 * @param fold {@link Fold#number()}
 * @param seed seed of the training
 * @param epochs all epochs; fewer if it diverged
 * @param validation the last epoch's score; NaN if it diverged
 * @param seconds duration
 * @param clipsPerSecond training clips per second, where each clip counts once per epoch; NaN if the process that
 *     finished the training did not train any epoch
 */
public record Rerun(
        int rank,
        int trial,
        int fold,
        long seed,
        List<EpochRecord> epochs,
        double validation,
        double seconds,
        double clipsPerSecond) {
    public Rerun {
        epochs = List.copyOf(epochs);
    }

    /** Base name of the training's files. */
    String name() {
        return name(rank, fold, seed);
    }

    static String name(int rank, int fold, long seed) {
        return "top-" + rank + (fold == 0 ? "" : "-fold-" + fold) + "-seed-" + seed;
    }

    /** Parses the training in a journal line. */
    public static Rerun of(JsonFields f) {
        return new Rerun(
                f.intCount("rank"),
                f.intCount("trial"),
                f.intCount("fold"),
                f.whole("seed"),
                f.objects("epochs").stream().map(EpochRecord::of).toList(),
                f.number("validation"),
                f.number("seconds"),
                f.number("clipsPerSecond"));
    }
}
