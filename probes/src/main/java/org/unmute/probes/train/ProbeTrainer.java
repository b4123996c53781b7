package org.unmute.probes.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.unmute.probes.loss.BagLoss;
import org.unmute.probes.loss.RowLoss;
import org.unmute.probes.pool.ClassNames;
import org.unmute.probes.pool.FrameWise;
import org.unmute.probes.pool.MaxPooled;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.Remembering;
import org.unmute.probes.pool.Standardization;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.truth.TokenBags;
import org.unmute.tensor.RandomNumbers;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.optim.AdamW;
import org.unmute.tensor.optim.Batches;
import org.unmute.tensor.optim.Optimizer;

/**
 * Trains a probe on frozen tokens (paper, section 5). The same probe, clips, settings and backend give the same bits,
 * even if a run was interrupted and resumed from its checkpoint. A batch may hold clips of different grids: they are
 * pooled grid by grid, and their descriptors form one batch.
 *
 * <p>Targets that are not known (NaN) have no part in the loss: it is that of the known ones of a batch. A batch
 * without a known target has no loss, changes nothing and is no step of the schedule.
 *
 * <p>With {@link TokenSet#rows}, a probe of rows is trained on the rows of the clips; {@link RowLoss} says what counts.
 * With {@link TokenSet#boxes}, a probe that takes the maximum is trained on bags of tokens ({@link BagLoss}).
 *
 * <p>A probe that {@linkplain Remembering keeps its clips} is trained by one pass over them: there is one step in one
 * epoch, whatever the settings say, and no checkpoint.
 */
public final class ProbeTrainer {
    /** Purpose of the generator of a step; that of {@link Batches} is 0. */
    private static final int DROPOUT = 1;

    private final Probe probe;
    private final TokenSet clips;
    private final TrainingSettings settings;
    private final TrainingProgress progress;
    private final @Nullable Standardization standardization;
    private final HeldOutLoss heldOut;
    private final int stepsPerEpoch;
    private long nanos;
    private long trained;

    private ProbeTrainer(
            Probe probe,
            TokenSet clips,
            @Nullable TokenSet heldOut,
            TrainingSettings settings,
            TrainingProgress progress)
            throws IOException {
        this.probe = probe;
        this.clips = clips;
        this.settings = settings;
        this.progress = progress;
        this.stepsPerEpoch = Math.ceilDiv(clips.clips(), settings.batch());
        TrainingFit.require(probe, clips, settings);
        this.heldOut = new HeldOutLoss(probe, heldOut, clips, settings);
        long begun = System.nanoTime();
        this.standardization = settings.standardize() ? clips.tokens().statistics() : null;
        nanos = System.nanoTime() - begun;
    }

    /**
     * The result of a run.
     *
     * @param standardization statistics that tokens were standardized by, or null
     * @param losses the loss of every step
     * @param throughput speed of the run
     * @param soundOnly whether rows of padding were left out
     * @param heldOut the loss of held-out clips; null without any, or if the run was resumed from a checkpoint without
     *     all of it
     */
    public record Result(
            @Nullable Standardization standardization,
            LossHistory losses,
            Throughput throughput,
            boolean soundOnly,
            @Nullable HeldOutCurve heldOut) {
        /** The result of a run in which padding counted as sound, without held-out clips. */
        public Result(Standardization standardization, LossHistory losses, Throughput throughput) {
            this(standardization, losses, throughput, false, null);
        }

        /**
         * The probe with the metadata that scoring needs; for the hashes see {@link TrainedProbe}.
         *
         * @throws TrainingDivergedException if the last step, after which no loss is computed, left a parameter NaN or
         *     infinite
         * @throws IllegalArgumentException if the names are not those of {@link ClassNames}, one a class
         */
        public TrainedProbe trained(
                Probe probe,
                List<String> classes,
                boolean hasCls,
                Objective objective,
                String encoderHash,
                String frontEndHash) {
            Map<String, Tensor> state = new LinkedHashMap<>(probe.parameters());
            state.putAll(probe.buffers());
            state.forEach((name, tensor) -> {
                float[] values = tensor.toFloats();
                for (int i = 0; i < values.length; i++) {
                    if (!Float.isFinite(values[i])) {
                        throw new TrainingDivergedException("training: value " + i + " of '" + name + "' is "
                                + values[i] + " after the last step: use a lower learning rate");
                    }
                }
            });
            return new TrainedProbe(
                            probe,
                            classes,
                            hasCls,
                            objective.isSingleLabel(),
                            standardization,
                            encoderHash,
                            frontEndHash)
                    .withSoundOnly(soundOnly);
        }
    }

    /** {@link #train(Probe, TokenSet, TrainingSettings, Path, TrainingProgress)} without checkpoint and progress. */
    public static Result train(Probe probe, TokenSet clips, TrainingSettings settings) throws IOException {
        return train(probe, clips, settings, null, TrainingProgress.SILENT);
    }

    /**
     * Trains a probe. With a checkpoint file, the state is saved there after every epoch. If the file already holds a
     * checkpoint of the same run, training resumes from it; a complete run returns at once.
     *
     * @param probe in float32; its parameters are modified. To resume from a checkpoint, pass a new probe created with
     *     the seed of the run
     * @param clips training clips only; they give the statistics for standardization
     * @param checkpoint a file, or null for none
     * @throws IllegalArgumentException if clips do not fit the probe, a clip does not have exactly one class with
     *     cross-entropy, or no target is known
     * @throws IOException if tokens or the checkpoint cannot be read or written, or the checkpoint belongs to another
     *     run
     * @throws TrainingDivergedException if the loss becomes NaN or infinite
     */
    public static Result train(
            Probe probe,
            TokenSet clips,
            TrainingSettings settings,
            @Nullable Path checkpoint,
            TrainingProgress progress)
            throws IOException {
        return train(probe, clips, null, settings, checkpoint, progress);
    }

    /**
     * Trains a probe to the same bits as {@link #train(Probe, TokenSet, TrainingSettings, Path, TrainingProgress)}.
     *
     * @param heldOut clips whose loss is computed at ten points of the training; null for none
     */
    public static Result train(
            Probe probe,
            TokenSet clips,
            @Nullable TokenSet heldOut,
            TrainingSettings settings,
            @Nullable Path checkpoint,
            TrainingProgress progress)
            throws IOException {
        return new ProbeTrainer(probe, clips, heldOut, settings, progress)
                .run(checkpoint == null ? null : CheckpointPlace.eachEpoch(checkpoint), EpochWatch.NONE);
    }

    /**
     * Trains a probe like {@link #train(Probe, TokenSet, TrainingSettings, Path, TrainingProgress)} and calls a watch
     * after each epoch. A resumed run does not call it for epochs before the checkpoint.
     *
     * @param checkpoint where the state is saved, or null to save none
     * @param watch observes each epoch and may end the training; the losses of the result end there
     */
    public static Result train(
            Probe probe,
            TokenSet clips,
            TrainingSettings settings,
            @Nullable CheckpointPlace checkpoint,
            TrainingProgress progress,
            EpochWatch watch)
            throws IOException {
        return new ProbeTrainer(probe, clips, null, settings, progress).run(checkpoint, watch);
    }

    private Result run(@Nullable CheckpointPlace place, EpochWatch watch) throws IOException {
        return probe instanceof Remembering remembering ? remember(remembering, watch) : descend(place, watch);
    }

    /** One pass, which needs no checkpoint. */
    private Result remember(Remembering remembering, EpochWatch watch) throws IOException {
        long begun = System.nanoTime();
        double loss = new MemoryTraining(remembering, clips, settings, standardization).run();
        nanos += System.nanoTime() - begun;
        trained = clips.clips();
        progress.after(new TrainingProgress.Step(1, 1, 1, 1, loss, settings.rate(), throughput()));
        watch.after(new EpochWatch.Epoch(1, 1, loss, probe));
        return new Result(
                standardization,
                new LossHistory(new double[] {loss}, 1),
                throughput(),
                clips.tokens().isSoundOnly(),
                null);
    }

    private Result descend(@Nullable CheckpointPlace place, EpochWatch watch) throws IOException {
        long steps = Math.multiplyExact((long) settings.epochs(), stepsPerEpoch);
        Map<String, Tensor> state = new LinkedHashMap<>(probe.parameters());
        state.putAll(probe.buffers());
        try (TensorScope _ = new TensorScope()) {
            Optimizer optimizer = new AdamW(settings.groups(probe.parameters()), settings.schedule(steps));
            TrainingCheckpoint checkpoint = place == null ? null : new TrainingCheckpoint(place.file(), describe());
            double[] losses = checkpoint == null ? new double[0] : checkpoint.restore(state, optimizer);
            int first = losses.length / stepsPerEpoch;
            heldOut.restore(checkpoint == null ? new double[0] : checkpoint.heldOut());
            BatchReader reader = reader(settings.epochs() - first);
            long saved = System.nanoTime();
            boolean ended = false;
            for (int epoch = first; epoch < settings.epochs() && !ended; epoch++) {
                double[] own = epoch(epoch, optimizer, reader);
                losses = DoubleStream.concat(Arrays.stream(losses), Arrays.stream(own))
                        .toArray();
                heldOut.after(epoch + 1, standardization);
                ended = watch.after(new EpochWatch.Epoch(
                        epoch + 1,
                        settings.epochs(),
                        Arrays.stream(own)
                                .filter(loss -> !Double.isNaN(loss))
                                .average()
                                .orElseThrow(),
                        probe));
                boolean due = ended
                        || epoch == settings.epochs() - 1
                        || place != null
                                && System.nanoTime() - saved >= place.between().toNanos();
                if (checkpoint != null && due) {
                    try (TensorScope _ = new TensorScope()) {
                        checkpoint.save(state, optimizer, losses, heldOut.losses());
                    }
                    saved = System.nanoTime();
                }
            }
            return new Result(
                    standardization,
                    new LossHistory(losses, stepsPerEpoch),
                    throughput(),
                    clips.tokens().isSoundOnly(),
                    heldOut.curve());
        }
    }

    private BatchReader reader(int epochs) throws IOException {
        long begun = System.nanoTime();
        BatchReader reader = BatchReader.of(probe, clips.tokens(), standardization);
        reader = epochs > 1 && settings.stretch() == 0 ? reader.condensed(probe, settings.batch()) : reader;
        nanos += System.nanoTime() - begun;
        return reader;
    }

    private Throughput throughput() {
        return trained == 0 ? Throughput.NONE : new Throughput(trained, nanos / 1e9);
    }

    private double[] epoch(int epoch, Optimizer optimizer, BatchReader reader) throws IOException {
        int[] order = order(settings, clips.clips(), epoch);
        double[] losses = new double[stepsPerEpoch];
        for (int step = 0; step < stepsPerEpoch; step++) {
            int from = step * settings.batch();
            int to = Math.min(order.length, from + settings.batch());
            double rate = optimizer.rate(0);
            long begun = System.nanoTime();
            if (!clips.isAnyKnown(Arrays.copyOfRange(order, from, to))) {
                losses[step] = Double.NaN;
                progress.after(new TrainingProgress.Step(
                        epoch + 1, settings.epochs(), step + 1, stepsPerEpoch, losses[step], rate, throughput()));
                continue;
            }
            try (TensorScope _ = new TensorScope()) {
                Tensor loss = loss(
                        probe,
                        clips,
                        settings,
                        reader.read(order, from, to),
                        RandomNumbers.stream(settings.seed(), DROPOUT, optimizer.steps()));
                losses[step] = loss.item();
                if (!Double.isFinite(losses[step])) {
                    throw new TrainingDivergedException(
                            "training: the loss is " + losses[step] + " in epoch " + (epoch + 1)
                                    + ", step " + (step + 1) + ", learning rate " + rate
                                    + ": use a lower learning rate, or look for NaN in the tokens");
                }
                if (settings.clip() > 0) {
                    optimizer.minimize(loss, settings.clip());
                } else {
                    optimizer.minimize(loss);
                }
            }
            nanos += System.nanoTime() - begun;
            trained += to - from;
            progress.after(new TrainingProgress.Step(
                    epoch + 1, settings.epochs(), step + 1, stepsPerEpoch, losses[step], rate, throughput()));
        }
        return losses;
    }

    /**
     * The loss of a batch as a scalar, including the probe's regularization. Clips of different grids are pooled grid
     * by grid and their descriptors are joined, so loss and gradients are those of one batch.
     *
     * @param clips the targets
     */
    static @Nullable Tensor loss(
            Probe probe, TokenSet clips, TrainingSettings settings, BatchReader.Batch batch, SplittableRandom random) {
        Tensor loss = ofTargets(probe, clips, settings, batch, random);
        return probe.regularization().map(loss::plus).orElse(loss);
    }

    private static @Nullable Tensor ofTargets(
            Probe probe, TokenSet clips, TrainingSettings settings, BatchReader.Batch batch, SplittableRandom random) {
        Objective objective = settings.objective();
        if (clips.rows() != null) {
            return new RowLoss(objective.loss())
                    .of(
                            ((FrameWise) probe).trainingFrameLogits(batch.parts(), random),
                            clips.rowsOf(batch.clips()),
                            clips.rowTargets(batch.clips()),
                            clips.targets(batch.clips()));
        }
        if (clips.boxes() != null) {
            return ofBags((MaxPooled) probe, clips, new BagLoss(objective.loss()), batch, random);
        }
        Tensor logits = settings.stretch() == 0
                ? probe.trainingLogits(batch.parts(), random)
                : StretchLogits.of(probe, batch.parts(), settings.stretch(), random);
        return objective.ofKnown(logits, clips.targets(batch.clips()));
    }

    private static @Nullable Tensor ofBags(
            MaxPooled probe, TokenSet clips, BagLoss loss, BatchReader.Batch batch, SplittableRandom random) {
        List<Tensor> descriptors = new ArrayList<>();
        List<TokenBags> all = new ArrayList<>();
        int clip = 0;
        for (TokenBatch part : batch.parts()) {
            List<TokenBags> own = new ArrayList<>();
            for (int i = 0; i < part.size(); i++) {
                own.add(clips.bags(batch.clips()[clip++]));
            }
            TokenBags joined = TokenBags.joined(own, part.time() * part.freq());
            if (joined.tokens().length > 0) {
                descriptors.add(probe.bagDescriptors(part, joined.tokens(), random));
                all.add(joined);
            }
        }
        Tensor logits = probe.classify(
                descriptors.size() == 1
                        ? descriptors.getFirst()
                        : Tensor.concat(0, descriptors.toArray(Tensor[]::new)));
        return loss.of(
                logits,
                TokenBags.concat(all.stream().map(TokenBags::targets).toList()),
                TokenBags.concat(all.stream().map(TokenBags::weights).toList()));
    }

    /** The order of clips in an epoch. */
    static int[] order(TrainingSettings settings, int clips, int epoch) {
        return new Batches(clips, settings.batch(), settings.seed()).order(epoch);
    }

    private Map<String, String> describe() {
        Map<String, String> d = new LinkedHashMap<>(settings.describe());
        d.put("probe", probe.name());
        d.put("probe_options", probe.options().toString());
        d.put(
                "initial_parameters",
                MemorySource.fingerprint(probe.parameters().values().stream().map(Tensor::toFloats)));
        d.put("clips", clips.fingerprint());
        d.put("backend", probe.backend().name());
        return d;
    }
}
