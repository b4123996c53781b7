package org.unmute.cli.eval;

import java.util.List;
import org.unmute.cli.option.LabelOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the labels that scores are compared with, and of the intervals. */
public final class TruthOptions {
    @Mixin
    private LabelOptions labels;

    @Option(
            names = "--split",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "test",
            description =
                    "Splits to score, if the label file has a split column (default: ${DEFAULT-VALUE}; 'all' takes"
                            + " every clip).")
    private List<String> splits;

    @Option(
            names = "--bootstrap",
            paramLabel = "N",
            description = "Bootstrap resamples for the 95 %% intervals; 0 for none (default: ${DEFAULT-VALUE}).")
    private int resamples = 1000;

    /** The labels. */
    public LabelOptions labels() {
        return labels;
    }

    /** Splits of the labels to score. */
    public List<String> splits() {
        return splits;
    }

    /** Number of bootstrap resamples; 0 for no intervals. */
    public int resamples() {
        return resamples;
    }
}
