package org.unmute.probes.train;

import java.io.IOException;
import java.util.SplittableRandom;
import org.unmute.probes.pool.Probe;
import org.unmute.tensor.Tensor;

/**
 * The loss of a batch. Clips of different grids are pooled grid by grid; from the descriptors on they are one batch
 * again, so the loss is the mean over all of its clips and its gradients are those of one batch.
 *
 * @param probe what is trained
 * @param clips gives the targets
 * @param objective the loss
 * @param reader gives the tokens of the same clips
 */
record TrainingStep(Probe probe, TokenSet clips, Objective objective, BatchReader reader) {
    /** One number: the loss of clips {@code order[from]} to before {@code order[to]}, with what the probe adds. */
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
