package org.unmute.events.detection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.data.LabelSet;
import org.unmute.data.TextTable;
import org.unmute.files.Diagnosis;
import org.unmute.files.InputException;
import org.unmute.files.SettingsException;

/**
 * Rules of events as options of a program state them.
 *
 * @param threshold   what a score must exceed: a number from 0 to 1 for all classes, or a CSV file with the columns
 *                    class and threshold for some; null: what the probe learned for events; {@value #LEARNED}: what
 *                    it learned for whatever length
 * @param low         what it must exceed throughout an event: a number, or a share of each class's threshold such as
 *                    {@code 50%}; null: the threshold
 * @param median      window of the median filter: seconds, or rows such as {@code 3rows}; null for the default
 * @param maxGap      events of a class at most so far apart become one, in seconds; null for the default
 * @param minDuration shorter events are left out, in seconds; null for the default
 * @param topK        in each row only so many classes may be active, at least 1; null for all
 * @param classes     names of the classes to look for, separated by commas, or files with one a line; empty for all
 */
public record RuleOptions(
        String threshold,
        String low,
        String median,
        Double maxGap,
        Double minDuration,
        Integer topK,
        List<String> classes) {
    /** The thresholds that the probe learned, whatever the length of the stretches they were learned on. */
    public static final String LEARNED = "learned";

    public RuleOptions {
        classes = List.copyOf(classes);
    }

    /**
     * The rules, {@link DetectionRules#DEFAULTS} where nothing is stated.
     *
     * @param known the probe's classes
     * @throws SettingsException if an option is no number in range, or names no file
     * @throws InputException if a file is no table of thresholds or list of classes
     */
    public DetectionRules rules(List<String> known) throws IOException {
        return rules(known, DetectionRules.DEFAULTS);
    }

    /**
     * The rules.
     *
     * @param known    the probe's classes
     * @param defaults of which median filter, gap and duration count where nothing is stated
     * @throws SettingsException if an option is no number in range, or names no file
     * @throws InputException if a file is no table of thresholds or list of classes
     */
    public DetectionRules rules(List<String> known, DetectionRules defaults) throws IOException {
        boolean learned = threshold == null || threshold.equals(LEARNED);
        Double one = learned ? null : number(threshold);
        Map<String, Double> byClass = learned || one != null ? Map.of() : table(Path.of(threshold));
        double lowest = Double.NaN;
        double share = Double.NaN;
        if (low != null && low.endsWith("%")) {
            share = required("--low", low.substring(0, low.length() - 1)) / 100;
        } else if (low != null) {
            lowest = required("--low", low);
        }
        double window = defaults.median();
        int rows = median == null ? defaults.medianRows() : 0;
        if (median != null && median.matches("\\d{1,6} ?rows?")) {
            rows = Integer.parseInt(median.replaceAll("\\D", ""));
            if (rows % 2 == 0) {
                throw new SettingsException("--median takes an odd number of rows, such as 1rows (none), 3rows or"
                        + " 5rows, not " + median);
            }
        } else if (median != null) {
            window = required("--median", median);
        }
        if (topK != null && topK < 1) {
            throw new SettingsException("--top-k must be at least 1, is " + topK);
        }
        try {
            return new DetectionRules(
                    one == null ? Double.NaN : one,
                    byClass,
                    lowest,
                    share,
                    window,
                    rows,
                    maxGap == null ? defaults.maxGap() : maxGap,
                    minDuration == null ? defaults.minDuration() : minDuration,
                    topK == null ? 0 : topK,
                    chosen(known),
                    LEARNED.equals(threshold));
        } catch (IllegalArgumentException e) {
            throw new SettingsException(e.getMessage(), e);
        }
    }

    /** Names may hold commas, as AudioSet's do: a text that is a class as a whole is not split. */
    private Set<String> chosen(List<String> known) throws IOException {
        Set<String> all = new LinkedHashSet<>();
        for (String given : classes) {
            if (known.contains(given)) {
                all.add(given);
            } else if (Files.isRegularFile(Path.of(given))) {
                try {
                    all.addAll(LabelSet.read(Path.of(given)).names());
                } catch (IOException e) {
                    throw unreadable(e);
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
            throw new SettingsException("--classes names no class: give at least one, or leave it out for all");
        }
        return all;
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
            throw new SettingsException(option + " must be a number, is '" + text + "'");
        }
        return number;
    }

    private static Map<String, Double> table(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new SettingsException("--threshold is neither a number nor a file: '" + file + "'; '" + LEARNED
                    + "' takes what the probe learned");
        }
        Map<String, Double> all = new LinkedHashMap<>();
        try (TextTable csv = TextTable.open(file)) {
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
            throw unreadable(e);
        }
        if (all.isEmpty()) {
            throw new InputException(file + ": no thresholds: rows of class and threshold are needed");
        }
        return all;
    }

    private static InputException unreadable(IOException e) {
        return new InputException(Diagnosis.of(e).message(), e);
    }
}
