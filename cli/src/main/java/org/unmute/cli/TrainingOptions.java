package org.unmute.cli;

import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.TrainingSettings;
import picocli.CommandLine.Option;

/** Options that say how a probe is trained; what is not given is the paper's recipe. */
final class TrainingOptions {
    @Option(names = "--epochs", paramLabel = "N", defaultValue = "30", description = "Passes over the training clips (default: ${DEFAULT-VALUE}).")
    private int epochs;
    @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Clips a step (default: ${DEFAULT-VALUE}).")
    private int batch;
    @Option(names = "--lr", paramLabel = "X", description = "Learning rate (default: 1e-2 for probes with prototypes, 1e-3 for others).")
    private Double rate;
    @Option(names = "--weight-decay", paramLabel = "X", defaultValue = "1e-4", description = "Weight decay (default: ${DEFAULT-VALUE}).")
    private double decay;
    @Option(names = "--warm-up", paramLabel = "N", defaultValue = "0", description = "Steps over which the rate rises (default: ${DEFAULT-VALUE}).")
    private long warmUp;
    @Option(names = "--clip", paramLabel = "X", defaultValue = "0", description = "Greatest gradient norm; 0 for no limit (default: ${DEFAULT-VALUE}).")
    private double clip;
    @Option(names = "--loss", paramLabel = "NAME", defaultValue = "asl",
            description = "asl (asymmetric, several classes a clip), bce, or ce (one class a clip) (default: ${DEFAULT-VALUE}).")
    private String loss;
    @Option(names = "--prototypes", paramLabel = "N", defaultValue = "20", description = "Prototypes a class, protobin and protofloat (default: ${DEFAULT-VALUE}).")
    private int prototypes;
    @Option(names = "--dropout", paramLabel = "X", defaultValue = "0", description = "Dropout of prototype scores (default: ${DEFAULT-VALUE}).")
    private double dropout;
    @Option(names = "--heads", paramLabel = "N", description = "Attention heads, mhca (default: 12, or the largest number below that divides the channels).")
    private Integer heads;
    @Option(names = "--standardize", description = "Standardize each token channel by the training clips' mean and deviation.")
    private boolean standardize;

    /** The recipe for one probe and seed. */
    TrainingSettings settings(String probe, long seed) {
        TrainingSettings s = TrainingSettings.defaults(probe).withEpochs(epochs).withBatch(batch).withDecay(decay).withWarmUp(warmUp)
                .withClip(clip).withObjective(Objective.named(loss)).withStandardize(standardize).withSeed(seed);
        return rate == null ? s : s.withRate(rate);
    }

    /** The probe's own options. */
    ProbeOptions probe(String name) {
        ProbeOptions o = ProbeOptions.DEFAULTS;
        if (name.startsWith("proto")) {
            o = o.with("prototypes", prototypes).with("dropout", dropout);
        }
        if (name.equals("mhca") && heads != null) {
            o = o.with("heads", heads);
        }
        return o;
    }
}
