package org.unmute.benchmark.protocol;

import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.unmute.benchmark.search.FinishedTrial;
import org.unmute.metrics.ClassMeans;

/**
 * The result of a cell.
 *
 * @param id the cell
 * @param data its clips and metric
 * @param options all options of the probe, defaults resolved
 * @param parameters number of trainable parameters of the probe
 * @param trials all trials of the search, in order
 * @param reruns all trainings of the best configurations
 * @param best the configuration with the best mean validation score, as in the search
 * @param seeds results of that configuration, in order of seeds
 */
public record CellResult(
        CellId id,
        CellData data,

        Map<String, String> options,
        long parameters,
        List<FinishedTrial> trials,
        List<Rerun> reruns,
        FinishedTrial best,
        List<SeedResult> seeds) {
    public CellResult {
        trials = List.copyOf(trials);
        reruns = List.copyOf(reruns);
        seeds = List.copyOf(seeds);
    }

    /** Number of trials that were stopped early. */
    public int pruned() {
        return (int) trials.stream().filter(FinishedTrial::pruned).count();
    }

    /** Mean of a figure over the seeds for which it is not NaN; NaN if there is none. */
    public double mean(ToDoubleFunction<SeedResult> figure) {
        return ClassMeans.defined(seeds, figure);
    }

    /** Sample standard deviation over the seeds (n - 1); NaN for a single seed. */
    public double deviation(ToDoubleFunction<SeedResult> figure) {
        if (seeds.size() < 2) {
            return Double.NaN;
        }
        double mean = mean(figure);
        return Math.sqrt(seeds.stream()
                        .mapToDouble(s -> Math.pow(figure.applyAsDouble(s) - mean, 2))
                        .sum()
                / (seeds.size() - 1));
    }
}
