package org.unmute.cli.probe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.unmute.data.provenance.Units;
import org.unmute.files.PlainText;

/**
 * Classes whose events may all be false alarms, as the validation tells: in the hours that were listened to, the upper
 * end of the 95 % interval of alarms an hour makes as many.
 */
public final class PossibleAlarms {
    private static final int NAMED = 8;

    /** Upper ends by class; infinite where nobody counted alarms. */
    private final Map<String, Double> bounds;

    private final double hours;
    private final List<String> classes = new ArrayList<>();
    private final List<String> words = new ArrayList<>();

    private PossibleAlarms(Map<String, Double> bounds, double hours) {
        this.bounds = bounds;
        this.hours = hours;
    }

    /**
     * By what a probe decides about events.
     *
     * @param decisions null if it decides nothing; then nothing is known of any class
     * @param hours     that were listened to
     */
    public static PossibleAlarms of(EventDecisionTable decisions, double hours) {
        Map<String, Double> bounds = new LinkedHashMap<>();
        if (decisions != null) {
            decisions
                    .classes()
                    .forEach(row -> bounds.put(
                            row.name(),
                            row.alarms() == null
                                    ? Double.POSITIVE_INFINITY
                                    : row.alarms().high()));
        }
        return new PossibleAlarms(bounds, hours);
    }

    /** The same by the results in the record of a run of {@code unmute detect}. */
    public static PossibleAlarms of(JsonNode results, double hours) {
        Map<String, Double> bounds = new LinkedHashMap<>();
        for (JsonNode row : results.path("decisions").path("classes")) {
            JsonNode alarms = row.path("background").isObject() ? row.path("background") : row.path("absent");
            bounds.put(row.path("name").asText(), alarms.path("high").asDouble(Double.POSITIVE_INFINITY));
        }
        return new PossibleAlarms(bounds, hours);
    }

    /** Adds a class with its events, without those that a listener confirmed. */
    public void add(String label, long events) {
        double bound = bounds.getOrDefault(label, Double.NaN);
        if (events == 0 || Double.isNaN(bound) || bound * hours < events) {
            return;
        }
        classes.add(label);
        words.add(PlainText.of(label) + " (" + Units.count(events, "event")
                + (Double.isInfinite(bound)
                        ? "; alarms were not counted)"
                        : String.format(Locale.ROOT, ", up to %.3g alarms an hour in %.3g h)", bound, hours)));
    }

    /** The classes. */
    public List<String> classes() {
        return List.copyOf(classes);
    }

    /** The classes in a line; empty if there are none. */
    public Optional<String> line() {
        return classes.isEmpty()
                ? Optional.empty()
                : Optional.of("these events may all be false alarms, as far as validation tells (95 %): "
                        + String.join(", ", words.subList(0, Math.min(NAMED, words.size())))
                        + (words.size() > NAMED ? ", and " + (words.size() - NAMED) + " more classes" : "")
                        + ": listen to a sample with 'unmute review'");
    }
}
