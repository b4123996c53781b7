package org.unmute.cli.score;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.metrics.Interval;

/**
 * Metrics of one or several runs (seeds) on the same data: mean, standard deviation and mean interval over the runs.
 */
public final class SeedScores {
    private final List<Map<String, Double>> values = new ArrayList<>();
    private final List<Map<String, Interval>> intervals = new ArrayList<>();

    /**
     * A metric over the runs.
     *
     * @param mean over the runs; NaN where a run lacks it
     * @param sd   sample standard deviation over the runs; NaN for a single run
     * @param low  lower end of the bootstrap interval, averaged over the runs; NaN without bootstrap
     * @param high its upper end, likewise
     */
    public record Value(double mean, double sd, double low, double high) {}

    /**
     * Adds a run.
     *
     * @param own     metrics of the run, by name
     * @param between bootstrap intervals of the metrics that have one
     */
    public void add(Map<String, Double> own, Map<String, Interval> between) {
        values.add(own);
        intervals.add(between);
    }

    /** Number of runs. */
    public int runs() {
        return values.size();
    }

    /** Names of the metrics that all runs have, in the order of the first run. */
    public List<String> names() {
        return values.getFirst().keySet().stream()
                .filter(name -> values.stream().allMatch(v -> v.containsKey(name)))
                .toList();
    }

    /** The metrics of {@link #names} with their values, for JSON. */
    public Map<String, Value> document() {
        Map<String, Value> all = new LinkedHashMap<>();
        names().forEach(name -> all.put(name, value(name)));
        return all;
    }

    /** A metric by its name. */
    public Value value(String metric) {
        double mean = values.stream()
                .mapToDouble(v -> v.getOrDefault(metric, Double.NaN))
                .average()
                .orElse(Double.NaN);
        double low = 0;
        double high = 0;
        for (Map<String, Interval> own : intervals) {
            Interval interval = own.get(metric);
            low += interval == null ? Double.NaN : interval.low() / runs();
            high += interval == null ? Double.NaN : interval.high() / runs();
        }
        return new Value(mean, deviation(metric, mean), low, high);
    }

    private double deviation(String metric, double mean) {
        if (runs() < 2) {
            return Double.NaN;
        }
        double squares = values.stream()
                .mapToDouble(v -> Math.pow(v.getOrDefault(metric, Double.NaN) - mean, 2))
                .sum();
        return Math.sqrt(squares / (runs() - 1));
    }
}
