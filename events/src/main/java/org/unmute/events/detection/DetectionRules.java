package org.unmute.events.detection;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.unmute.audio.playback.Speed;
import org.unmute.files.NearestName;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.event.EventRules;
import org.unmute.probes.event.MedianFilter;

/**
 * How scores become events, in seconds and class names; {@link #rules} converts the settings to rows and indices. What
 * is NaN is as {@link #completed} says.
 *
 * @param threshold    that the score of every class must exceed; if NaN, the one that the probe learned for events,
 *                     else {@value #THRESHOLD}
 * @param byClass      thresholds of individual classes, which override {@code threshold}
 * @param low          events continue while their score exceeds this; if NaN, as the probe learned with its
 *                     thresholds, else the threshold
 * @param lowShare     {@code low} as a share of each class's threshold; if NaN, {@code low} is used
 * @param median       window of the median filter in seconds, rounded down to an odd number of rows; if NaN, that of
 *                     the thresholds that the probe learned for events, else {@value #MEDIAN_SECONDS}
 * @param medianRows   window of the median filter in rows; if 0, {@code median} is used
 * @param maxGap       events of a class with at most this gap between them become one, in seconds; if NaN, as with the
 *                     learned thresholds, else {@value #MAX_GAP_SECONDS}
 * @param minDuration  shorter events are dropped, in seconds; if NaN, as with the learned thresholds, else
 *                     {@value #MIN_DURATION_SECONDS}
 * @param topK         number of classes, those with the highest scores, that may be active in each row; 0 for all
 * @param only         names of the classes to look for; empty for all
 * @param anyContext   whether to also use thresholds that the probe learned for stretches of another length
 */
public record DetectionRules(
        double threshold,
        Map<String, Double> byClass,
        double low,
        double lowShare,
        double median,
        int medianRows,
        double maxGap,
        double minDuration,
        int topK,
        Set<String> only,
        boolean anyContext)
        implements Serializable {
    /** Threshold of a class for which none is given or learned. */
    public static final double THRESHOLD = Decisions.FALLBACK;
    /**
     * Default window of the median filter in seconds. It is no longer than the default context in rows, so a sound is
     * kept even if only a single row carries it.
     */
    public static final double MEDIAN_SECONDS = 1;
    /** Default max gap in seconds. */
    public static final double MAX_GAP_SECONDS = 0.2;
    /** Default min duration in seconds. */
    public static final double MIN_DURATION_SECONDS = 0.1;

    private static final int NAMED = 8;

    /** The defaults. */
    public static final DetectionRules DEFAULTS = new DetectionRules(
            Double.NaN, Map.of(), Double.NaN, Double.NaN, Double.NaN, 0, Double.NaN, Double.NaN, 0, Set.of(), false);

    /** @throws IllegalArgumentException if a value is out of range */
    public DetectionRules {
        byClass = Collections.unmodifiableMap(new LinkedHashMap<>(byClass));
        only = Collections.unmodifiableSet(new LinkedHashSet<>(only));
        requireScore("threshold", threshold);
        byClass.forEach((name, value) -> {
            if (Double.isNaN(value)) {
                throw new IllegalArgumentException("the threshold of class '" + name + "' is not a number");
            }
            requireScore("threshold of class '" + name + "'", value);
        });
        requireScore("low threshold", low);
        if (!Double.isNaN(lowShare) && !(lowShare > 0 && lowShare <= 1)) {
            throw new IllegalArgumentException(
                    "the low threshold must be above 0 % and at most 100 % of the threshold, is " + 100 * lowShare
                            + " %");
        }
        if (medianRows != 0 && (medianRows < 1 || medianRows % 2 == 0)) {
            throw new IllegalArgumentException(
                    "the median filter takes an odd number of rows, such as 1 (none), 3 or 5, not " + medianRows);
        }
        requireSeconds("the window of the median filter", median);
        requireSeconds("the max gap", maxGap);
        requireSeconds("the min duration", minDuration);
        if (topK < 0) {
            throw new IllegalArgumentException("top-k must be at least 1, or 0 for all classes, is " + topK);
        }
    }

    private static void requireScore(String what, double value) {
        // A score never exceeds 1.
        if (!Double.isNaN(value) && !(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(
                    "the " + what + " must be at least 0 and below 1, as scores are 0 to 1, is " + value);
        }
    }

    private static void requireSeconds(String what, double value) {
        if (!Double.isNaN(value) && !(value >= 0 && value <= 3600)) {
            throw new IllegalArgumentException(what + " must be 0 to 3600 seconds, is " + value);
        }
    }

    /**
     * The same rules with what a probe learned, or the defaults, in place of NaN for the median filter, the gap and the
     * duration.
     *
     * @param learned thresholds of events; null if the probe learned none
     * @param speed   at which recordings are played to the encoder; the defaults are seconds of what is played
     */
    public DetectionRules completed(EventDecisions learned, Speed speed) {
        EventDecisions.Stretches own = learned == null ? null : learned.stretches();
        return new DetectionRules(
                threshold,
                byClass,
                low,
                lowShare,
                or(median, own == null ? speed.recorded(MEDIAN_SECONDS) : own.median()),
                medianRows,
                or(maxGap, own == null ? speed.recorded(MAX_GAP_SECONDS) : own.maxGap()),
                or(minDuration, own == null ? speed.recorded(MIN_DURATION_SECONDS) : own.minDuration()),
                topK,
                only,
                anyContext);
    }

    private static double or(double value, double otherwise) {
        return Double.isNaN(value) ? otherwise : value;
    }

    /** Number of rows of the median filter, for the rows of an encoder. */
    int medianRows(EncoderSpec spec) {
        return medianRows > 0
                ? medianRows
                : MedianFilter.framesIn(
                        or(median, spec.speed().recorded(MEDIAN_SECONDS)),
                        spec.rowTimes().rowSeconds());
    }

    /** Indices of the classes to look for, in order. */
    public int[] chosen(List<String> classes) {
        requireKnown(only, classes, "--classes");
        return IntStream.range(0, classes.size())
                .filter(c -> only.isEmpty() || only.contains(classes.get(c)))
                .toArray();
    }

    /** {@link #rules(List, double[], double[], EncoderSpec)} where events last as long as they exceed thresholds. */
    public EventRules rules(List<String> classes, double[] learned, EncoderSpec spec) {
        return rules(classes, learned, null, spec);
    }

    /**
     * The rules for a probe and an encoder. Classes that are not wanted get a threshold that no score exceeds.
     *
     * @param classes class names of the probe
     * @param learned thresholds that the probe learned, NaN for classes without one; null if it learned none
     * @param lows    what the scores must exceed throughout an event with these thresholds; null: the thresholds
     * @throws IllegalArgumentException if a class is unknown, or a low threshold exceeds the class's threshold
     */
    public EventRules rules(List<String> classes, double[] learned, double[] lows, EncoderSpec spec) {
        requireKnown(byClass.keySet(), classes, "--threshold");
        double[] high = new double[classes.size()];
        double[] lower = new double[high.length];
        Arrays.fill(high, Double.POSITIVE_INFINITY);
        Arrays.fill(lower, Double.POSITIVE_INFINITY);
        for (int c : chosen(classes)) {
            high[c] = threshold(classes.get(c), learned == null ? Double.NaN : learned[c]);
            lower[c] = !Double.isNaN(lowShare)
                    ? lowShare * high[c]
                    : !Double.isNaN(low) ? low : lows != null && high[c] == learned[c] ? lows[c] : high[c];
            if (lower[c] > high[c]) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "the low threshold %s exceeds the threshold %s of class '%s': give a lower one, or a share of"
                                + " each class's threshold, such as 50%%",
                        low,
                        high[c],
                        classes.get(c)));
            }
        }
        return new EventRules(
                high,
                lower,
                medianRows(spec),
                or(maxGap, spec.speed().recorded(MAX_GAP_SECONDS)),
                or(minDuration, spec.speed().recorded(MIN_DURATION_SECONDS)),
                topK);
    }

    private double threshold(String name, double learned) {
        Double own = byClass.get(name);
        return own != null ? own : !Double.isNaN(threshold) ? threshold : Double.isNaN(learned) ? THRESHOLD : learned;
    }

    private static void requireKnown(Collection<String> names, List<String> classes, String option) {
        List<String> unknown = names.stream().filter(n -> !classes.contains(n)).toList();
        if (!unknown.isEmpty()) {
            String name = unknown.getFirst();
            String some = classes.size() <= NAMED
                    ? String.join(", ", classes)
                    : String.join(", ", classes.subList(0, NAMED)) + " and " + (classes.size() - NAMED) + " more";
            throw new IllegalArgumentException("the probe has no class '" + name + "' (" + option + ")"
                    + NearestName.to(name, classes)
                            .map(n -> "; did you mean '" + n + "'?")
                            .orElse(":")
                    + " Its classes are " + some);
        }
    }

    /**
     * The settings by name, for {@link DetectionSettings}.
     *
     * @param rules result of {@link #rules} for these settings
     */
    public Map<String, String> settings(EventRules rules, List<String> classes) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("median filter", rules.medianFrames() + " rows");
        all.put("max gap", rules.maxGap() + " s");
        all.put("min duration", rules.minDuration() + " s");
        all.put("top-k", rules.topK() == 0 ? "all classes" : Integer.toString(rules.topK()));
        double[] high = rules.high();
        double[] low = rules.low();
        for (int c = 0; c < high.length; c++) {
            all.put(
                    DetectionSettings.thresholdOf(classes.get(c)),
                    high[c] == Double.POSITIVE_INFINITY
                            ? DetectionSettings.NOT_SOUGHT
                            : high[c] + (low[c] == high[c] ? "" : ", low " + low[c]));
        }
        return all;
    }
}
