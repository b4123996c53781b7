package org.unmute.probes.train;

import java.io.IOException;
import java.util.SplittableRandom;
import org.unmute.probes.pool.Probe;
import org.unmute.tensor.Tensor;

/**
 * The loss of a batch. Clips of different grids are pooled grid by grid and their descriptors are joined, so loss and
 * gradients are those of one batch.
 *
 * @param probe the trained probe
 * @param clips the targets
 * @param objective the loss
 * @param reader reads the tokens of the same clips
 */
record TrainingStep(Probe probe, TokenSet clips, Objective objective, BatchReader reader) {
    /**
     * The loss of clips {@code order[from]} (inclusive) to {@code order[to]} (exclusive) as a scalar, including the
     * probe's regularization.
     */
    Tensor loss(int[] order, int from, int to, SplittableRandom random) throws IOException {
        BatchReader.Batch batch = reader.read(order, from, to);
        Tensor logits = probe.trainingLogits(batch.parts(), random);
        Tensor loss = objective.loss().of(logits, targets(batch.clips(), logits));
        return probe.regularization().map(loss::plus).orElse(loss);
    }

    private Tensor targets(int[] numbers, Tensor logits) {
        int classes = clips.classes();
        float[] own = new float[numbers.length * classes];
        for (int i = 0; i < numbers.length; i++) {
            System.arraycopy(clips.targets(), numbers[i] * classes, own, i * classes, classes);
        }
        return Tensor.of(logits.backend(), own, numbers.length, classes);
    }
}
