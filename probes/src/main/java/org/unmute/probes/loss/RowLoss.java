package org.unmute.probes.loss;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Tensor;

/**
 * The loss of rows of token maps (paper, section 9.1: the mean over clips, time and classes), where some rows are not
 * known. A row target that is not known has no part in it. Of a class that is in a clip, but of which no row is known
 * to hold it, the maximum of the logits over the rows that are not known has the clip's target; it weighs as much as
 * the rows of its clip, so that a clip counts alike whether or not somebody said when its classes sound.
 *
 * @param loss of elements
 */
public record RowLoss(Loss loss) {
    /** Makes the logits of known rows too low to be a maximum. */
    private static final float NEVER = -1e30f;

    /** A class of a clip, with unknown times. */
    private record Weak(int first, int rows, int classIndex, float target) {}

    /**
     * The loss of a batch.
     *
     * @param logits {@code [rows of all clips, classes]}
     * @param rows rows of each clip, in the order of the logits
     * @param targets of the shape of the logits, NaN where not known
     * @param clips targets of clips, {@code [clips, classes]}, NaN where not known
     * @return one number; null if nothing is known
     * @throws IllegalArgumentException if sizes differ
     */
    public @Nullable Tensor of(Tensor logits, int[] rows, float[] targets, float[] clips) {
        int classes = logits.shape().dim(1);
        int all = Arrays.stream(rows).sum();
        if (logits.size(0) != all || targets.length != all * classes || clips.length != rows.length * classes) {
            throw new IllegalArgumentException("row loss: " + rows.length + " clips of " + all + " rows do not have "
                    + targets.length + " and " + clips.length + " targets and logits " + logits.shape());
        }
        int[] known = IntStream.range(0, targets.length)
                .filter(i -> !Float.isNaN(targets[i]))
                .toArray();
        List<Weak> weak = weak(rows, classes, targets, clips);
        Tensor strong = known.length == 0 ? null : ofRows(logits, targets, known);
        if (weak.isEmpty()) {
            return strong;
        }
        float[] wanted = new float[weak.size()];
        long weight = 0;
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = weak.get(i).target;
            weight += weak.get(i).rows;
        }
        Tensor maxima = loss.of(maxima(logits, targets, weak), Tensor.of(logits.backend(), wanted, wanted.length));
        return strong == null
                ? maxima
                : strong.times((double) known.length / (known.length + weight))
                        .plus(maxima.times((double) weight / (known.length + weight)));
    }

    private Tensor ofRows(Tensor logits, float[] targets, int[] known) {
        Tensor all = Tensor.of(logits.backend(), targets, logits.size(0), logits.size(1));
        return known.length == targets.length ? loss.of(logits, all) : loss.ofElements(logits, all, known);
    }

    private static List<Weak> weak(int[] rows, int classes, float[] targets, float[] clips) {
        List<Weak> weak = new ArrayList<>();
        int first = 0;
        for (int i = 0; i < rows.length; i++) {
            for (int c = 0; c < classes; c++) {
                float target = clips[i * classes + c];
                boolean found = !(target > 0);
                boolean open = false;
                for (int t = first; t < first + rows[i] && !found; t++) {
                    found = targets[t * classes + c] > 0;
                    open |= Float.isNaN(targets[t * classes + c]);
                }
                if (!found && open) {
                    weak.add(new Weak(first, rows[i], c, target));
                }
            }
            first += rows[i];
        }
        return weak;
    }

    /** The maximum of each over its rows that are not known. Those with equal numbers of rows are one batch. */
    private static Tensor maxima(Tensor logits, float[] targets, List<Weak> weak) {
        int classes = logits.shape().dim(1);
        Tensor flat = logits.reshape(-1);
        List<Tensor> maxima = new ArrayList<>();
        for (int from = 0; from < weak.size(); ) {
            int rows = weak.get(from).rows;
            int to = from;
            while (to < weak.size() && weak.get(to).rows == rows) {
                to++;
            }
            int[] elements = new int[(to - from) * rows];
            float[] mask = new float[elements.length];
            for (int i = 0; i < elements.length; i++) {
                Weak one = weak.get(from + i / rows);
                elements[i] = (one.first + i % rows) * classes + one.classIndex;
                mask[i] = Float.isNaN(targets[elements[i]]) ? 0 : NEVER;
            }
            maxima.add(flat.indexSelect(0, Tensor.of(logits.backend(), elements, elements.length))
                    .plus(Tensor.of(logits.backend(), mask, mask.length).cast(logits.dtype()))
                    .reshape(to - from, rows)
                    .amax(1));
            from = to;
        }
        return maxima.size() == 1 ? maxima.getFirst() : Tensor.concat(0, maxima.toArray(Tensor[]::new));
    }
}
