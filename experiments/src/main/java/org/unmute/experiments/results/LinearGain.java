package org.unmute.experiments.results;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.unmute.experiments.results.Results.Setting;

/**
 * What each probe adds to the linear probe on the same tokens.
 *
 * @param linear the column compared with
 * @param gains  one per cell of another column in a setting that has the linear probe too
 */
public record LinearGain(Column linear, List<Gain> gains) {
    /** Kinds that may serve as the linear probe, the paper's first. */
    private static final List<String> LINEAR = List.of("linear", "linear-mean");

    /** Copies the list. */
    public LinearGain {
        gains = List.copyOf(gains);
    }

    /**
     * One difference.
     *
     * @param setting the encoder and data set
     * @param column  the probe
     * @param points  its mean minus linear's, a fraction: 0.12 are 12 percentage points
     * @param sd      of the difference of two independent seeds: the root of the sum of both variances; NaN for a
     *     single seed
     */
    public record Gain(Setting setting, Column column, double points, double sd) {}

    /**
     * All gains over {@code linear}, or over {@code linear-mean} where no cell has {@code linear}; none without either.
     */
    public static Optional<LinearGain> of(Results results) {
        return LINEAR.stream()
                .flatMap(p -> results.column(p).stream())
                .findFirst()
                .map(linear -> new LinearGain(linear, gains(results, linear)))
                .filter(g -> !g.gains().isEmpty());
    }

    private static List<Gain> gains(Results results, Column linear) {
        List<Gain> gains = new ArrayList<>();
        for (Setting s : results.settings()) {
            Score base = results.score(s.encoder(), s.dataset(), linear);
            for (Column c : results.columns()) {
                Score score = results.score(s.encoder(), s.dataset(), c);
                if (!c.equals(linear) && base.defined() && score.defined()) {
                    gains.add(new Gain(
                            s,
                            c,
                            score.mean() - base.mean(),
                            Math.sqrt(score.sd() * score.sd() + base.sd() * base.sd())));
                }
            }
        }
        return gains;
    }

    /** The columns with a gain somewhere. */
    public List<Column> columns() {
        return gains.stream().map(Gain::column).distinct().toList();
    }

    /** The gain at a place. */
    public Optional<Gain> find(Setting setting, Column column) {
        return gains.stream()
                .filter(g -> g.setting().equals(setting) && g.column().equals(column))
                .findFirst();
    }

    /** Mean gain of a column, and its deviation over the settings. */
    public Score mean(Column column, Predicate<Setting> in) {
        return Score.of(gains.stream()
                .filter(g -> g.column().equals(column) && in.test(g.setting()))
                .mapToDouble(Gain::points)
                .toArray());
    }
}
