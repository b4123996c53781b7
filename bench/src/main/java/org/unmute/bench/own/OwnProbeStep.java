package org.unmute.bench.own;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.Peer;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.FrameWise;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.ProbeTrainer;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TokenSource;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.probes.truth.RowTargets;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.optim.Gradients;

/**
 * One step of probe training, as {@code unmute probe} runs it: tokens of a batch from the float16 shards of the cache,
 * forward, loss, gradients, AdamW. The trainer runs on its own thread and waits after each step for the next call.
 */
final class OwnProbeStep implements Peer.Call {
    /** Enough epochs to keep the learning rate almost constant, as peers do. */
    private static final int EPOCHS = 1_000_000;

    private final CaseFolder folder;
    private final TokenCache cache;
    private final TokenSet clips;
    private final float[] targets;
    /** Rows of a clip that have targets; 0 if clips have targets. */
    private final int rows;

    private final Semaphore next = new Semaphore(0);
    private final Semaphore done = new Semaphore(0);
    private Thread trainer;
    private volatile boolean closed;
    private volatile Throwable failure;
    private volatile double loss;
    private volatile long peak = -1;

    OwnProbeStep(CaseFolder folder) throws IOException {
        this.folder = folder;
        cache = TokenCache.open(folder.file("cache"));
        List<String> ids = IntStream.range(0, folder.size("batch"))
                .mapToObj(i -> "clip" + i)
                .toList();
        TokenSource tokens = TokenSource.of(cache, ids);
        int classes = folder.size("classes");
        targets = folder.floats("targets");
        rows = folder.size("rows");
        clips = rows == 0
                ? new TokenSet(tokens, targets, classes)
                : new TokenSet(tokens, new float[ids.size() * classes], classes, new Targets(targets, classes));
    }

    /** Targets of all rows of all clips. */
    private record Targets(float[] all, int classes) implements RowTargets {
        @Override
        public boolean read(int clip, int rows, float[] to, int at) {
            System.arraycopy(all, clip * rows * classes, to, at, rows * classes);
            return true;
        }

        @Override
        public String fingerprint() {
            return "case";
        }
    }

    private Probe probe() throws IOException {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        try (SafetensorsFile file = SafetensorsFile.open(folder.file(CaseFolder.MODEL))) {
            for (String name : folder.texts("parameters")) {
                parameters.put(
                        name,
                        Tensor.of(file.floats(name), file.shape(name).toArray()).parameter());
            }
        }
        ProbeOptions options = rows == 0 ? ProbeOptions.DEFAULTS : ProbeOptions.DEFAULTS.with("rows", "true");
        return Probes.of(folder.text("probe"), parameters, false, options);
    }

    private TrainingSettings settings(int epochs, int batch) {
        return TrainingSettings.paper(folder.text("probe")).withEpochs(epochs).withBatch(batch);
    }

    @Override
    public void run() throws Exception {
        if (trainer == null) {
            trainer = Thread.ofPlatform().name("trainer").daemon().start(this::train);
        } else {
            next.release();
        }
        done.acquire();
        if (failure != null) {
            throw new IllegalStateException("training failed: " + failure.getMessage(), failure);
        }
    }

    private void train() {
        try (TensorScope scope = new TensorScope()) {
            ProbeTrainer.train(probe(), clips, settings(EPOCHS, clips.clips()), null, step -> {
                loss = step.loss();
                peak = scope.peakBytes();
                done.release();
                next.acquireUninterruptibly();
                if (closed) {
                    throw new CancellationException();
                }
            });
        } catch (CancellationException e) {
            // The case has ended.
            done.release();
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
            done.release();
        }
    }

    /**
     * Writes the loss of the last step and, on a few clips, the gradients of the given parameters and the losses of two
     * steps.
     */
    @Override
    public void show(CaseFolder to) throws IOException {
        to.write("loss", Shape.of(1), new float[] {(float) loss});
        int[] few = IntStream.range(0, to.size("checked")).toArray();
        TokenSet some = clips.subset(few);
        try (TensorScope _ = new TensorScope()) {
            Probe probe = probe();
            float[] tokens = new float[few.length * to.size("tokens") * to.size("dim")];
            for (int i : few) {
                some.tokens().read(i, tokens, i * to.size("tokens") * to.size("dim"), new float[0], 0);
            }
            int time = rows == 0 ? to.size("tokens") : rows;
            TokenBatch batch = new TokenBatch(
                    Tensor.of(tokens, few.length, to.size("tokens"), to.size("dim")),
                    null,
                    time,
                    to.size("tokens") / time);
            SplittableRandom random = new SplittableRandom(0);
            Tensor logits = rows == 0
                    ? probe.trainingLogits(List.of(batch), random)
                    : ((FrameWise) probe).trainingFrameLogits(List.of(batch), random);
            int each = Math.max(1, rows) * some.classes();
            float[] wanted = Arrays.copyOf(targets, few.length * each);
            Tensor target = Tensor.of(wanted, wanted.length / some.classes(), some.classes());
            showGradient(to, Gradients.of(Objective.ASL.loss().of(logits, target), probe.parameters()));
        }
        try (TensorScope _ = new TensorScope()) {
            // The learning rate of the second of many steps, as in the timed steps.
            double[] losses = new double[2];
            Probe probe = probe();
            try {
                ProbeTrainer.train(probe, some, settings(EPOCHS, few.length), null, step -> {
                    losses[step.epoch() - 1] = step.loss();
                    if (step.epoch() == losses.length) {
                        throw new CancellationException();
                    }
                });
            } catch (CancellationException e) {
                to.write("losses", Shape.of(2), new float[] {(float) losses[0], (float) losses[1]});
            }
        }
    }

    /** All gradients, concatenated in the order of the parameters in the case. */
    static void showGradient(CaseFolder folder, Gradients gradients) throws IOException {
        int count = 0;
        for (String name : folder.texts("parameters")) {
            count += Math.toIntExact(gradients.get(name).shape().elements());
        }
        float[] all = new float[count];
        int at = 0;
        for (String name : folder.texts("parameters")) {
            Tensor gradient = gradients.get(name);
            float[] own = gradient.toFloats();
            System.arraycopy(own, 0, all, at, own.length);
            at += own.length;
        }
        folder.write("gradient", Shape.of(count), all);
    }

    @Override
    public long tensorBytes() {
        return peak;
    }

    @Override
    public void close() {
        closed = true;
        next.release();
        try {
            if (trainer != null) {
                trainer.join();
            }
            cache.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
