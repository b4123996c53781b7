package org.unmute.bench.rows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.unmute.bench.peer.PeerException;
import org.unmute.models.vit.FreshWeights;
import org.unmute.models.zoo.MaskedAutoencoder;
import org.unmute.models.zoo.SmallVit;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.tensor.Tensor;

/** Rows of training steps: probes with the shape of AudioSet-20k, and masked pre-training of a small encoder. */
public final class StepRows {
    private static final int BATCH = 128;
    private static final int TOKENS = 512;
    /** Tokens in a row. */
    private static final int FREQ = 8;

    private static final int CLASSES = 527;
    /** Prototypes per class on AudioSet-20k. */
    private static final int EACH = 10;
    /** Clips on which gradients are compared. */
    private static final int CHECKED = 16;

    private static final int BOXES = 8;
    private static final String SIZES = "J = 5,270, C = 527";

    private static final double LOSS_TOLERANCE = 1e-4;
    /**
     * Tolerance for the loss after one update, which moves each parameter by the learning rate along the sign of the
     * gradient, however small the gradient.
     */
    private static final double SECOND_LOSS_TOLERANCE = 2e-2;
    /**
     * Tolerance relative to the root mean square. Winners may differ where two tokens match a prototype equally well up
     * to rounding.
     */
    private static final double GRADIENT_TOLERANCE = 2e-2;

    private StepRows() {}

    static List<Row> all() {
        String size = " training step, batch 128, 512 x 768 tokens, ";
        String pretraining = "ViT-tiny masked pre-training step, batch 16, 10 s clips";
        Row.CaseFiles files = StepRows::writePretraining;
        return List.of(
                probe("protobin", size + SIZES, protobinGflop(BATCH)),
                Row.of(
                        "step-frames-t2",
                        "protobin" + size.replace("step", "step on rows").replace("512", "64 x 8") + SIZES,
                        2,
                        protobinGflop(BATCH),
                        Row.TORCHES,
                        folder -> writeProbe(folder, "protobin", BATCH, TOKENS / FREQ),
                        StepRows::agree),
                Row.of(
                        "step-boxes-t2",
                        "protobin"
                                + size.replace("step", "step with 8 boxes a clip")
                                        .replace("512", "64 x 8") + SIZES,
                        2,
                        protobinGflop(BATCH),
                        Row.TORCHES,
                        StepRows::writeBoxes,
                        StepRows::agree),
                probe("mhca", size + "C = 527", 0),
                probe("ep", size + "C = 527", 0),
                Row.of("step-pretrain-t2", pretraining, 2, 0, Row.TORCHES, files, StepRows::agree));
    }

    private static Row probe(String name, String title, double gflop) {
        Row.CaseFiles files = folder -> writeProbe(folder, name, BATCH, 0);
        return Row.of("step-" + name + "-t2", name + title, 2, gflop, Row.TORCHES, files, StepRows::agree)
                .reading(1e-9 * 2 * BATCH * TOKENS * KernelRows.DIM);
    }

    private static double protobinGflop(int batch) {
        return 2e-9 * batch * TOKENS * KernelRows.DIM * EACH * CLASSES;
    }

    /**
     * Writes tokens (in a cache, as {@code unmute embed} does, and as arrays), targets and the parameters of a fresh
     * probe.
     *
     * @param rows number of rows of a clip, each with targets; 0 for targets of clips
     */
    private static void writeProbe(Path folder, String name, int batch, int rows) throws IOException {
        int each = Math.max(1, rows);
        float[] targets = new float[batch * each * CLASSES];
        for (int i = 0; i < batch * each; i++) {
            targets[i * CLASSES + i % CLASSES] = 1;
            targets[i * CLASSES + i * 7 % CLASSES] = 1;
        }
        long[] shape = rows == 0 ? new long[] {batch, CLASSES} : new long[] {batch, rows, CLASSES};
        write(
                new CaseWriter(folder, "probe-step").field("rows", rows).array("targets", targets, shape),
                folder,
                name,
                batch);
    }

    /**
     * Writes the case of a step on boxes: rows of {@code boxes} are first row, end row, first column, end column and
     * class.
     */
    private static void writeBoxes(Path folder) throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        int rows = TOKENS / FREQ;
        float[] boxes = new float[BATCH * BOXES * 5];
        for (int i = 0; i < boxes.length; i += 5) {
            boxes[i] = random.nextInt(rows - 14);
            boxes[i + 1] = boxes[i] + 4 + random.nextInt(11);
            boxes[i + 2] = random.nextInt(FREQ - 3);
            boxes[i + 3] = boxes[i + 2] + 2 + random.nextInt(2);
            boxes[i + 4] = i / 5 * 7 % CLASSES;
        }
        CaseWriter writer =
                new CaseWriter(folder, "box-step").field("freq", FREQ).array("boxes", boxes, BATCH, BOXES, 5);
        write(writer, folder, "protobin", BATCH);
    }

    private static void write(CaseWriter writer, Path folder, String name, int batch) throws IOException {
        ProbeOptions options =
                name.equals("protobin") ? ProbeOptions.DEFAULTS.with("prototypes", EACH) : ProbeOptions.DEFAULTS;
        Map<String, Tensor> parameters =
                Probes.create(name, KernelRows.DIM, CLASSES, false, options, 1).parameters();
        TrainingSettings settings = TrainingSettings.paper(name);
        float[] tokens = CaseWriter.halves(CaseWriter.uniform(3, batch * TOKENS * KernelRows.DIM));
        writer.field("probe", name)
                .field("batch", batch)
                .field("tokens", TOKENS)
                .field("dim", KernelRows.DIM)
                .field("classes", CLASSES)
                .field("checked", Math.min(batch, CHECKED))
                .field("rate", settings.rate())
                .field("decay", settings.decay())
                .field("parameters", List.copyOf(parameters.keySet()))
                .tensors(parameters)
                .array("x", tokens, batch, TOKENS, KernelRows.DIM)
                .write();
        CaseWriter.CacheSize size = new CaseWriter.CacheSize(batch, TOKENS / FREQ, FREQ, KernelRows.DIM);
        CaseWriter.cache(folder.resolve("cache"), tokens, size, "");
    }

    private static void writePretraining(Path folder) throws IOException {
        int batch = 16;
        int frames = 1024;
        int mel = 128;
        int patch = 16;
        int masks = 5;
        int seed = 11;
        double mask = 0.75;
        FreshWeights weights = new FreshWeights(seed);
        SmallVit.Settings settings =
                new SmallVit.Settings(EncoderRows.RATE, mel, frames, patch, patch, 192, 12, 3, 0, 1);
        new MaskedAutoencoder(settings, mask, weights);
        Map<String, Tensor> parameters = new LinkedHashMap<>(weights.parameters());
        int patches = frames / patch * (mel / patch);
        new CaseWriter(folder, "pretrain-step")
                .field("batch", batch)
                .field("frames", frames)
                .field("mel", mel)
                .field("patch", patch)
                .field("dim", 192)
                .field("depth", 12)
                .field("heads", 3)
                .field("mask", mask)
                .field("seed", seed)
                .field("masks", masks)
                .field("rate", 1e-3)
                .field("decay", 0.05)
                .field("parameters", List.copyOf(parameters.keySet()))
                .tensors(parameters)
                .array("x", CaseWriter.normal(4, batch * frames * mel), batch, frames, mel)
                .array("order", order(masks, batch, patches), batch, patches)
                .write();
    }

    /** The order in which the masked autoencoder shuffles the patches of each clip. The first ones are visible. */
    static float[] order(long seed, int clips, int patches) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] all = new float[clips * patches];
        for (int c = 0; c < clips; c++) {
            int[] order = CaseWriter.shuffled(random, patches);
            for (int i = 0; i < patches; i++) {
                all[c * patches + i] = order[i];
            }
        }
        return all;
    }

    /**
     * Compares the loss of the first step and, if a peer writes them, gradients and the loss after an update.
     * TorchScript writes only the loss.
     */
    static void agree(Path folder, Path ours, Path theirs) throws PeerException, IOException {
        relative("loss", ours, theirs, 0, LOSS_TOLERANCE);
        if (!Files.exists(theirs.resolve("gradient.npy"))) {
            return;
        }
        relative("losses", ours, theirs, 0, LOSS_TOLERANCE);
        relative("losses", ours, theirs, 1, SECOND_LOSS_TOLERANCE);
        float[] own = OutputComparison.floats(ours, "gradient");
        float[] other = OutputComparison.floats(theirs, "gradient");
        double difference = OutputComparison.rootMeanSquareDifference("gradient", own, other);
        OutputComparison.require("gradients", difference, GRADIENT_TOLERANCE);
    }

    private static void relative(String name, Path ours, Path theirs, int at, double tolerance)
            throws PeerException, IOException {
        float a = OutputComparison.floats(ours, name)[at];
        float b = OutputComparison.floats(theirs, name)[at];
        if (!(Math.abs(a - b) <= tolerance * Math.abs(a))) {
            throw new PeerException(name + " " + at + " is " + b + ", ours is " + a);
        }
    }
}
