package org.unmute.benchmark.results;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.unmute.benchmark.results.ComparedRuns.Setting;

/**
 * The gain of each probe over the linear probe on the same tokens.
 *
 * @param linear the reference column
 * @param gains  one per cell of another column in settings that also have the linear probe
 */
public record LinearGain(Column linear, List<Gain> gains) {
    /** Kinds that can serve as the linear probe, the paper's first. */
    private static final List<String> LINEAR = List.of("linear", "linear-mean");

    public LinearGain {
        gains = List.copyOf(gains);
    }

    /**
     * One gain.
     *
     * @param setting the encoder and data set
     * @param column  the probe
     * @param points  its mean minus that of the linear probe, as a fraction: 0.12 is 12 percentage points
     * @param sd      standard deviation of the difference of two independent seeds: the square root of the sum of both
     *     variances; NaN for a single seed
     */
    public record Gain(Setting setting, Column column, double points, double sd) {}

    /**
     * All gains over {@code linear}, or over {@code linear-mean} if no cell has {@code linear}; empty without either.
     */
    public static Optional<LinearGain> of(ComparedRuns results) {
        return LINEAR.stream()
                .flatMap(p -> results.column(p).stream())
                .findFirst()
                .map(linear -> new LinearGain(linear, gains(results, linear)))
                .filter(g -> !g.gains().isEmpty());
    }

    private static List<Gain> gains(ComparedRuns results, Column linear) {
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

    /** The columns with at least one gain. */
    public List<Column> columns() {
        return gains.stream().map(Gain::column).distinct().toList();
    }

    /** The gain of a column in a setting. */
    public Optional<Gain> find(Setting setting, Column column) {
        return gains.stream()
                .filter(g -> g.setting().equals(setting) && g.column().equals(column))
                .findFirst();
    }

    /** Mean and standard deviation of a column's gain over the settings. */
    public Score mean(Column column, Predicate<Setting> in) {
        return Score.of(gains.stream()
                .filter(g -> g.column().equals(column) && in.test(g.setting()))
                .mapToDouble(Gain::points)
                .toArray());
    }
}
