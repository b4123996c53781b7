package org.unmute.cli.detect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.Failure;
import org.unmute.cli.option.ContextOptions;
import org.unmute.experiments.data.CsvTable;
import org.unmute.experiments.data.LabelSet;
import org.unmute.experiments.detection.DetectionRules;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say how scores over time are made and become events. */
public final class EventOptions {
    @Option(
            names = "--threshold",
            paramLabel = "X|FILE",
            description =
                    "What a score must exceed: a number from 0 to 1 for all classes, or a CSV with the columns class"
                            + " and threshold for some (default: the thresholds that the probe learned, 0.5 for other"
                            + " classes).")
    private String threshold;

    @Option(
            names = "--low",
            paramLabel = "X",
            description =
                    "Hysteresis: an event that exceeds the threshold once lasts while the score exceeds this lower one;"
                            + " a number, or a share of each class's threshold such as 50%% (default: the threshold).")
    private String low;

    @Option(
            names = "--median",
            paramLabel = "SECONDS",
            description = "Window of the median filter on scores: seconds, of which as many rows of the encoder as fit"
                    + " are taken, an odd number; or rows, such as 3rows; 0 for none (default: "
                    + DetectionRules.MEDIAN_SECONDS + ").")
    private String median;

    @Option(
            names = {"--merge-gap", "--max-gap"},
            paramLabel = "SECONDS",
            description = "Events of a class at most so far apart become one (default: ${DEFAULT-VALUE}).")
    private double gap = DetectionRules.MAX_GAP_SECONDS;

    @Option(
            names = "--min-duration",
            paramLabel = "SECONDS",
            description = "Shorter events are left out (default: ${DEFAULT-VALUE}).")
    private double duration = DetectionRules.MIN_DURATION_SECONDS;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "At each moment, only the K classes of the probe with the highest scores may be active"
                    + " (default: all).")
    private Integer topK;

    @Option(
            names = "--classes",
            paramLabel = "NAMES|FILE",
            description = "Classes to look for: names separated by commas, or a file with one a line; may be repeated"
                    + " (default: all).")
    private List<String> classes = new ArrayList<>();

    @Mixin
    private ContextOptions contexts;

    /**
     * The rules.
     *
     * @param known the probe's classes
     * @throws CommandException if an option is no number in range, or a file cannot be read
     */
    public DetectionRules rules(List<String> known) throws IOException {
        DetectionRules base = DetectionRules.DEFAULTS;
        Double one = threshold == null ? null : number(threshold);
        Map<String, Double> byClass = threshold == null || one != null ? Map.of() : table(Path.of(threshold));
        double lowest = Double.NaN;
        double share = Double.NaN;
        if (low != null && low.endsWith("%")) {
            share = required("--low", low.substring(0, low.length() - 1)) / 100;
        } else if (low != null) {
            lowest = required("--low", low);
        }
        double window = base.median();
        int rows = 0;
        if (median != null && median.matches("\\d{1,6} ?rows?")) {
            rows = Integer.parseInt(median.replaceAll("\\D", ""));
            if (rows % 2 == 0) {
                throw CommandException.usage("--median takes an odd number of rows, such as 1rows (none), 3rows or"
                        + " 5rows, not " + median);
            }
        } else if (median != null) {
            window = required("--median", median);
        }
        if (topK != null && topK < 1) {
            throw CommandException.usage("--top-k must be at least 1, is " + topK);
        }
        try {
            return new DetectionRules(
                    one == null ? Double.NaN : one,
                    byClass,
                    lowest,
                    share,
                    window,
                    rows,
                    gap,
                    duration,
                    topK == null ? 0 : topK,
                    chosen(known));
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage(), e);
        }
    }

    /** Names may hold commas, as AudioSet's do: what is a class as it stands is not split. */
    private Set<String> chosen(List<String> known) throws IOException {
        Set<String> all = new LinkedHashSet<>();
        for (String given : classes) {
            if (known.contains(given)) {
                all.add(given);
            } else if (Files.isRegularFile(Path.of(given))) {
                try {
                    all.addAll(LabelSet.read(Path.of(given)).names());
                } catch (IOException e) {
                    throw CommandException.input(Failure.of(e).message(), e);
                }
            } else {
                for (String name : given.split(",")) {
                    if (!name.isBlank()) {
                        all.add(name.strip());
                    }
                }
            }
        }
        if (!classes.isEmpty() && all.isEmpty()) {
            throw CommandException.usage("--classes names no class: give at least one, or leave it out for all");
        }
        return all;
    }

    /**
     * A scorer of frames, with the probe's calibration if it has one.
     *
     * @param spec the encoder
     */
    public FrameScorer scorer(TrainedProbe probe, EncoderSpec spec) {
        ScoreCalibration calibration =
                probe.decisions() == null ? null : probe.decisions().calibration();
        return contexts.scorer(probe, spec.rowTimes(), calibration);
    }

    /** Whether a stride was given that such a scorer has no use for. */
    public boolean isStrideIdle(FrameScorer scorer) {
        return contexts.isStrideIdle(scorer);
    }

    private static Double number(String text) {
        try {
            return Double.valueOf(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static double required(String option, String text) {
        Double number = number(text);
        if (number == null || !Double.isFinite(number)) {
            throw CommandException.usage(option + " must be a number, is '" + text + "'");
        }
        return number;
    }

    private static Map<String, Double> table(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw CommandException.usage("--threshold is neither a number nor a file: '" + file + "'");
        }
        Map<String, Double> all = new LinkedHashMap<>();
        try (CsvTable csv = CsvTable.open(file)) {
            csv.required("class");
            csv.required("threshold");
            csv.forEach(row -> {
                String name = row.text("class");
                Double value = number(row.text("threshold").strip());
                if (value == null) {
                    throw row.wrong("the threshold must be a number, is '" + row.text("threshold") + "'");
                }
                if (all.put(name, value) != null) {
                    throw row.wrong("class '" + name + "' is there twice");
                }
            });
        } catch (IOException e) {
            throw CommandException.input(Failure.of(e).message(), e);
        }
        if (all.isEmpty()) {
            throw CommandException.input(file + ": no thresholds: rows of class and threshold are needed");
        }
        return all;
    }
}
