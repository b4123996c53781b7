package org.unmute.cli.pretrain;

import org.unmute.data.pretrain.Pretraining;
import picocli.CommandLine.Option;

/** Options of how an encoder is pre-trained. */
public final class RecipeOptions {
    private static final int MAX_WARM_UP = 200;

    @Option(names = "--steps", paramLabel = "N", description = "Optimizer steps (default: ${DEFAULT-VALUE}).")
    private int steps = 2000;

    @Option(names = "--batch", paramLabel = "N", description = "Clips per step (default: ${DEFAULT-VALUE}).")
    private int batch = 32;

    @Option(
            names = "--clips",
            paramLabel = "N",
            description =
                    "Number of distinct training clips, kept in memory as spectrograms (default: ${DEFAULT-VALUE}).")
    private int distinct = 4096;

    @Option(
            names = "--lr",
            paramLabel = "X",
            defaultValue = "1e-3",
            description = "Peak learning rate (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            defaultValue = "0.05",
            description = "Weight decay of matrices (default: ${DEFAULT-VALUE}).")
    private double decay;

    @Option(
            names = "--mask",
            paramLabel = "X",
            defaultValue = "0.75",
            description = "Fraction of the patches that is masked (default: ${DEFAULT-VALUE}).")
    private double mask;

    /** Number of distinct clips. */
    public int clips() {
        return distinct;
    }

    /** The recipe; the learning rate rises over the first tenth of the steps, or 200. */
    public Pretraining.Recipe recipe(long seed) {
        int warmUp = Math.min(steps / 10, MAX_WARM_UP);
        return new Pretraining.Recipe(steps, batch, distinct, rate, decay, warmUp, mask, seed);
    }
}
