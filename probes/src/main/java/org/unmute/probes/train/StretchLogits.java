package org.unmute.probes.train;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Tensor;

/**
 * Logits of clips by stretches: each stretch is scored as if it were a clip, and the logit of a clip is the maximum
 * over its stretches for each class. The label of a clip thus trains the stretch that matches it, without a label for
 * the stretch, at the length that detection scores (multiple-instance learning with the maximum, as in Dietterich et
 * al. 1997).
 */
final class StretchLogits {
    private StretchLogits() {}

    /**
     * Logits for training.
     *
     * @param parts parts of a batch
     * @param rows rows per stretch. Stretches are contiguous, but the last one ends with the clip, and overlaps the one
     *     before if the number of rows is not a multiple. A clip with fewer rows is one stretch.
     * @return {@code [clips, classes]}, starting with the clips of the first part
     */
    static Tensor of(Probe probe, List<TokenBatch> parts, int rows, SplittableRandom random) {
        List<TokenBatch> stretches = new ArrayList<>();
        for (TokenBatch part : parts) {
            int count = count(part, rows);
            for (int i = 0; i < count; i++) {
                int from = Math.max(0, Math.min(i * rows, part.time() - rows));
                stretches.add(part.rows(from, Math.min(rows, part.time())));
            }
        }
        Tensor logits = probe.trainingLogits(stretches, random);
        long classes = logits.size(1);
        Tensor[] clips = new Tensor[parts.size()];
        long at = 0;
        for (int i = 0; i < clips.length; i++) {
            long size = parts.get(i).size();
            long count = count(parts.get(i), rows);
            clips[i] = logits.slice(0, at, count * size)
                    .reshape(count, size, classes)
                    .amax(0);
            at += count * size;
        }
        return clips.length == 1 ? clips[0] : Tensor.concat(0, clips);
    }

    private static int count(TokenBatch part, int rows) {
        return Math.ceilDiv(part.time(), rows);
    }
}
