package org.unmute.probes.pool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.unmute.tensor.DType;
import org.unmute.tensor.Tensor;

/**
 * A frame-wise probe whose clip descriptor is the elementwise maximum over the descriptors of its rows. Rows that have
 * been pooled once can therefore be combined with any other rows.
 */
public interface MaxPooled extends FrameWise {
    /** Option that says how the band of an event is found. */
    String BANDS = "bands";

    /** Value of {@link #BANDS}, the default: by the winners of prototypes. */
    String WINNERS = "winners";

    /** Value of {@link #BANDS}: by the scores of single columns, for a probe that was trained on boxes. */
    String COLUMNS = "columns";

    /** Value of {@link #BANDS}: from the bands of the class's training boxes, by the scores of single columns. */
    String TAUGHT = "taught";

    /** Option that adds the extremes of each channel to the maxima of prototypes: {@code true} or {@code false}. */
    String EXTREMES = "extremes";

    /**
     * The descriptor of each row of the grid, as if it were a clip.
     *
     * @return {@code [batch * time, features]}, the input of {@link Probe#classify}
     * @throws IllegalArgumentException if the batch does not fit
     */
    Tensor rowDescriptors(TokenBatch batch);

    /**
     * The descriptor of each bag of tokens, as if it were a clip, with the probe's regularization in training.
     *
     * @param batch clips of one grid
     * @param bags of each the positions of its tokens among those of all clips; none is empty
     * @param random the source of every random decision
     * @return {@code [bags, features]}, the input of {@link Probe#classify}
     * @throws IllegalArgumentException if the batch does not fit
     */
    default Tensor bagDescriptors(TokenBatch batch, int[][] bags, SplittableRandom random) {
        return bags(batch, bags);
    }

    /** {@link #bagDescriptors} for scoring. */
    default Tensor bags(TokenBatch batch, int[][] bags) {
        Tensor tokens = batch.tokens().reshape((long) batch.size() * batch.time() * batch.freq(), batch.dim());
        if (tokens.dtype() == DType.F16) {
            tokens = tokens.cast(DType.F32);
        }
        // Bags of one size are a batch.
        Map<Integer, List<Integer>> bySize = new LinkedHashMap<>();
        for (int i = 0; i < bags.length; i++) {
            bySize.computeIfAbsent(bags[i].length, _ -> new ArrayList<>()).add(i);
        }
        List<Tensor> parts = new ArrayList<>();
        int[] place = new int[bags.length];
        int at = 0;
        for (Map.Entry<Integer, List<Integer>> alike : bySize.entrySet()) {
            int size = alike.getKey();
            int[] positions = new int[size * alike.getValue().size()];
            int to = 0;
            for (int bag : alike.getValue()) {
                System.arraycopy(bags[bag], 0, positions, to, size);
                to += size;
                place[bag] = at++;
            }
            Tensor own = tokens.indexSelect(0, Tensor.of(tokens.backend(), positions, positions.length))
                    .reshape(alike.getValue().size(), size, batch.dim());
            parts.add(rowDescriptors(new TokenBatch(own, null, 1, size)));
        }
        Tensor all = parts.size() == 1 ? parts.getFirst() : Tensor.concat(0, parts.toArray(Tensor[]::new));
        return all.indexSelect(0, Tensor.of(all.backend(), place, place.length));
    }

    @Override
    default Tensor frameLogits(TokenBatch batch) {
        return classify(rowDescriptors(batch)).reshape(batch.size(), batch.time(), classes());
    }
}
