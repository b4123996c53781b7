package org.unmute.benchmark.results;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Which encoder is best under each probe (paper, Figure 6): by the mean test score over the data sets on which every
 * ranked encoder has a finished cell of the probe.
 *
 * @param encoders encoders with a cell of any probe
 * @param ranked   one per column in which at least two encoders can be compared
 */
public record EncoderRanking(List<Name> encoders, List<Ranked> ranked) {

    public EncoderRanking {
        encoders = List.copyOf(encoders);
        ranked = List.copyOf(ranked);
    }

    /**
     * One probe.
     *
     * @param column   the probe
     * @param datasets the data sets averaged over
     * @param means    one per encoder; NaN if it has no cell of this probe
     */
    public record Ranked(Column column, List<Name> datasets, double[] means) {
        /** Ranks from 1 for the highest mean; equal means share the better rank (1, 2, 2, 4); NaN has rank 0. */
        public int[] ranks() {
            return DoubleStream.of(means)
                    .mapToInt(m -> Double.isNaN(m)
                            ? 0
                            : 1
                                    + (int) DoubleStream.of(means)
                                            .filter(other -> other > m)
                                            .count())
                    .toArray();
        }
    }

    /** Ranks all encoders. */
    public static EncoderRanking of(ComparedRuns results) {
        List<Name> encoders = results.encoders().stream()
                .filter(e -> results.entries().stream()
                        .anyMatch(x -> x.cell().encoder().key().equals(e.key())))
                .toList();
        List<Ranked> ranked = new ArrayList<>();
        for (Column column : results.columns()) {
            List<Name> with = encoders.stream()
                    .filter(e -> results.datasets().stream()
                            .anyMatch(d -> results.score(e, d, column).defined()))
                    .toList();
            List<Name> common = results.datasets().stream()
                    .filter(d -> with.stream()
                            .allMatch(e -> results.score(e, d, column).defined()))
                    .toList();
            if (with.size() > 1 && !common.isEmpty()) {
                double[] means = encoders.stream()
                        .mapToDouble(e -> with.contains(e)
                                ? common.stream()
                                        .mapToDouble(
                                                d -> results.score(e, d, column).mean())
                                        .average()
                                        .orElse(Double.NaN)
                                : Double.NaN)
                        .toArray();
                ranked.add(new Ranked(column, common, means));
            }
        }
        return new EncoderRanking(encoders, ranked);
    }
}
