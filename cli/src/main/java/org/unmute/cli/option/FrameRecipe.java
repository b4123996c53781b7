package org.unmute.cli.option;

import java.util.Set;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.train.TrainingSettings;

/**
 * How the authors of BAT_ICML2026 train heads frame by frame (paper, section 9.1): AdamW from 1e-3 to 1e-6 with weight
 * decay 0.05 on linear layers, 10,000 prototypes over all classes, layer normalization before linear probes, no dropout
 * but in cgp. What they do not state for other probes is as for protobin.
 *
 * @param steps  of the optimizer
 * @param batch clips per step
 * @param warmUp steps of warm-up
 */
record FrameRecipe(long steps, int batch, long warmUp) {
    /** As the command line takes it. */
    static final String NAME = "bat-frames";

    static final double RATE = 1e-3;
    static final double DECAY = 0.05;
    private static final double FLOOR = 1e-6;
    private static final int PROTOTYPES = 10_000;

    static FrameRecipe of(String probe) {
        return probe.equals("cgp") ? new FrameRecipe(4_000, 4, 400) : new FrameRecipe(10_000, 16, 1_000);
    }

    /** What options are unless they are given. */
    static ProbeOptions options(String probe, int classes, ProbeOptions given) {
        ProbeOptions all = given;
        if (Set.of("protobin", "protofloat").contains(probe) && !given.has("prototypes")) {
            all = all.with("prototypes", Math.ceilDiv(PROTOTYPES, classes));
        }
        if (Set.of("linear-layers", "head2toe").contains(probe) && !given.has("dropout")) {
            all = all.with("dropout", 0);
        }
        return Set.of("linear", "linear-mean").contains(probe) && !given.has("norm") ? all.with("norm", "layer") : all;
    }

    /** Passes over so many clips that make the steps. */
    int epochs(int clips, int ofBatch) {
        return Math.toIntExact(Math.max(1, Math.ceilDiv(steps, Math.ceilDiv(clips, ofBatch))));
    }

    /** The settings of the recipe but the number of epochs. */
    TrainingSettings settings(TrainingSettings paper) {
        return paper.withBatch(batch)
                .withRate(RATE)
                .withDecay(DECAY)
                .withWarmUp(warmUp)
                .withDecayAll(false)
                .withFloor(FLOOR);
    }
}
