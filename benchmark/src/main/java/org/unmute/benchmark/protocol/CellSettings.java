package org.unmute.benchmark.protocol;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.unmute.benchmark.search.Halving;
import org.unmute.benchmark.search.Range;
import org.unmute.benchmark.search.SearchSpace;
import org.unmute.benchmark.search.StudySettings;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.train.TrainingSettings;

/**
 * The settings of a cell.
 *
 * @param probe type of probe, one of {@link Probes#names()}
 * @param options options of the probe
 * @param training the settings that are not searched; its seed is that of the search. The data set overrides the
 *     objective, the {@linkplain Fold folds} override the standardization
 * @param space searched ranges: {@link #RATE}, {@link #DECAY}, or both; or {@link #NEIGHBOURS}
 * @param study settings of the search
 * @param top number of best configurations to train again, at least 1
 * @param seeds seeds of these trainings, at least one, all different
 * @param learnedEvents whether the recorder learns thresholds of events on the validation clips
 * @param byOnsets whether it chooses them by where events begin alone
 */
public record CellSettings(
        String probe,
        ProbeOptions options,
        TrainingSettings training,
        SearchSpace space,
        StudySettings study,
        int top,
        List<Long> seeds,
        boolean learnedEvents,
        boolean byOnsets) {
    /** Name of the searched learning rate. */
    public static final String RATE = "lr";
    /** Name of the searched weight decay. */
    public static final String DECAY = "wd";

    /** Name of the searched number of nearest training clips, an option of the probe. */
    public static final String NEIGHBOURS = "k";

    /** @throws IllegalArgumentException if a number is out of range, a seed is repeated or another name is searched */
    public CellSettings {
        seeds = List.copyOf(seeds);
        if (top < 1 || seeds.isEmpty() || new HashSet<>(seeds).size() != seeds.size()) {
            throw new IllegalArgumentException(
                    "protocol: at least one configuration is trained again, with at least one seed, each once: " + top
                            + " configurations, seeds " + seeds);
        }
        for (Range range : space.ranges()) {
            if (!List.of(RATE, DECAY, NEIGHBOURS).contains(range.name())) {
                throw new IllegalArgumentException("protocol: " + RATE + ", " + DECAY + " and " + NEIGHBOURS
                        + " can be searched, not " + range.name());
            }
        }
    }

    /** Settings of a cell that learns no thresholds of events. */
    public CellSettings(
            String probe,
            ProbeOptions options,
            TrainingSettings training,
            SearchSpace space,
            StudySettings study,
            int top,
            List<Long> seeds) {
        this(probe, options, training, space, study, top, seeds, false, false);
    }

    /** The training settings of a configuration. */
    TrainingSettings training(Map<String, Double> values, long seed) {
        TrainingSettings s = training.withSeed(seed).withStandardize(false);
        s = values.containsKey(RATE) ? s.withRate(values.get(RATE)) : s;
        return values.containsKey(DECAY) ? s.withDecay(values.get(DECAY)) : s;
    }

    /** The options of a configuration: with its number of neighbours, rounded, if that is searched. */
    ProbeOptions options(Map<String, Double> values) {
        Double neighbours = values.get(NEIGHBOURS);
        return neighbours == null ? options : options.with(NEIGHBOURS, Math.round(neighbours));
    }

    /** The seed of a trial, a function of the search's seed and the trial's number. */
    long trialSeed(int trial) {
        return new SplittableRandom(training.seed() + 0x9E3779B97F4A7C15L * (trial + 1L)).nextLong() >>> 1;
    }

    /** All settings that determine the results, by name; compared when a cell is resumed. */
    Map<String, String> describe() {
        Map<String, String> d = new LinkedHashMap<>();
        d.put("probe", probe);
        d.put("options", options.toString());
        training.describe().forEach((name, value) -> d.put("training." + name, value));
        space.ranges()
                .forEach(r -> d.remove(
                        switch (r.name()) {
                            case RATE -> "training.rate";
                            case DECAY -> "training.decay";
                            default -> "";
                        }));
        space.ranges()
                .forEach(r -> d.put(
                        "search." + r.name(), r.low() + " to " + r.high() + (r.logarithmic() ? " logarithmic" : "")));
        d.put("search.trials", study.sobolTrials() + " sobol, " + study.tpeTrials() + " tpe");
        d.put("search.seed", Long.toString(study.seed()));
        d.put("search.halving", study.halving().map(Halving::words).orElse("off"));
        d.put("rerun.top", Integer.toString(top));
        d.put("rerun.seeds", seeds.toString());
        if (learnedEvents) {
            d.put("events.thresholds", byOnsets ? "learned by onsets" : "learned");
        }
        return d;
    }
}
