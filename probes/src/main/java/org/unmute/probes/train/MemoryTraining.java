package org.unmute.probes.train;

import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.unmute.probes.pool.Remembering;
import org.unmute.probes.pool.Standardization;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * The training of a probe that keeps its clips: one pass over them. If there are more than it keeps, a random part of
 * them is kept. The loss is the mean over at most {@value #JUDGED} of them, each compared with all others.
 */
final class MemoryTraining {
    private static final int JUDGED = 1024;

    private final Remembering probe;
    private final TokenSet clips;
    private final TrainingSettings settings;
    private final Standardization standardization;

    MemoryTraining(Remembering probe, TokenSet clips, TrainingSettings settings, Standardization standardization) {
        this.probe = probe;
        this.clips = clips;
        this.settings = settings;
        this.standardization = standardization;
    }

    /** The loss. */
    double run() throws IOException {
        int[] order = ProbeTrainer.order(settings, clips.clips(), 0);
        int[] some = Arrays.stream(order)
                .filter(clip -> clips.isAnyKnown(new int[] {clip}))
                .limit(probe.capacity())
                .sorted()
                .toArray();
        int dim = probe.dim();
        int classes = clips.classes();
        float[] descriptors = new float[Math.multiplyExact(some.length, dim)];
        float[] targets = new float[Math.multiplyExact(some.length, classes)];
        BatchReader reader = BatchReader.of(probe, clips.tokens(), standardization);
        int at = 0;
        for (int from = 0; from < some.length; from += settings.batch()) {
            BatchReader.Batch batch = reader.read(some, from, Math.min(some.length, from + settings.batch()));
            try (TensorScope _ = new TensorScope()) {
                float[] own = Grad.withoutRecording(() -> TokenBatch.pooled(batch.parts(), probe::descriptor))
                        .toFloats();
                requireFinite(own, batch.clips(), dim);
                System.arraycopy(own, 0, descriptors, at * dim, own.length);
            }
            float[] known = clips.targets(batch.clips());
            System.arraycopy(known, 0, targets, at * classes, known.length);
            at += batch.clips().length;
        }
        probe.remember(descriptors, targets, settings.objective().isSingleLabel());
        return loss(targets);
    }

    private static void requireFinite(float[] descriptors, int[] clips, int dim) {
        for (int i = 0; i < descriptors.length; i++) {
            if (!Float.isFinite(descriptors[i])) {
                throw new TrainingDivergedException("training: the mean token of clip " + clips[i / dim] + " has "
                        + descriptors[i] + ": look for NaN in the tokens");
            }
        }
    }

    private double loss(float[] targets) {
        int classes = clips.classes();
        int count = targets.length / classes;
        int judged = Math.min(JUDGED, count);
        int[] which = IntStream.range(0, judged)
                .map(i -> (int) ((long) i * count / judged))
                .toArray();
        float[] own = new float[judged * classes];
        for (int i = 0; i < judged; i++) {
            System.arraycopy(targets, which[i] * classes, own, i * classes, classes);
        }
        try (TensorScope _ = new TensorScope()) {
            Tensor logits = probe.logitsOfKept(which);
            Tensor all = Tensor.of(logits.backend(), own, judged, classes);
            int[] known = TokenSet.known(own);
            Objective objective = settings.objective();
            return (known.length == own.length
                            ? objective.loss().of(logits, all)
                            : objective.loss().ofElements(logits, all, known))
                    .item();
        }
    }
}
