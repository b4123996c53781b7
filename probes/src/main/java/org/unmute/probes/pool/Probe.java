package org.unmute.probes.pool;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;

/**
 * A small trainable head on frozen tokens: pools a token map to a descriptor and classifies that (paper, section 3).
 * Scoring has no state, so several threads may score with one probe. Training changes the parameters through an
 * optimizer, and the buffers in {@link #trainingLogits(java.util.List, SplittableRandom)}.
 */
public interface Probe {
    /** Name as {@link Probes#create} takes it. */
    String name();

    /** The options in force, defaults resolved: saved with the probe, and all that a reopened one knows of them. */
    ProbeOptions options();

    /** Numbers a token it expects. */
    int dim();

    /** Number of classes. */
    int classes();

    /**
     * Whether tokens may be {@code F16} ({@link Backend#supportsF16Tokens()}), so that a
     * batch from a float16 cache is never held in float32.
     */
    default boolean readsHalves() {
        return false;
    }

    /** Layers whose tokens it pools ({@link TokenBatch#layers()}); 0 if it needs the last layer only. */
    default int layers() {
        return 0;
    }

    /** Parameters by name, in a fixed order. Each takes gradients; optimizers change the contents in place. */
    Map<String, Tensor> parameters();

    /** The backend that holds the parameters. */
    default Backend backend() {
        return parameters().values().iterator().next().backend();
    }

    /** Number of trained numbers. */
    default long parameterCount() {
        return parameters().values().stream()
                .mapToLong(p -> p.shape().elements())
                .sum();
    }

    /**
     * State that training changes without gradients, by name, such as the running mean of a batch normalization. Saved
     * with the parameters; their names differ. Empty for most probes.
     */
    default Map<String, Tensor> buffers() {
        return Map.of();
    }

    /**
     * The input of the final linear layer; the logits where that layer comes before pooling ({@code linpre}).
     *
     * @return {@code [batch, features]}
     * @throws IllegalArgumentException if the batch does not fit
     */
    Tensor descriptor(TokenBatch batch);

    /** The part after pooling: descriptors {@code [batch, features]} to logits {@code [batch, classes]}. */
    Tensor classify(Tensor descriptor);

    /**
     * Scores before sigmoid or softmax.
     *
     * @return {@code [batch, classes]}
     * @throws IllegalArgumentException if the batch does not fit
     */
    default Tensor logits(TokenBatch batch) {
        return classify(descriptor(batch));
    }

    /**
     * The descriptor with the probe's regularization in training (dropout, the batch's own statistics); {@link
     * #descriptor} if it has none. May change {@link #buffers()}. Statistics of the batch are those of all parts
     * together, so the result does not depend on how clips of one grid are split into parts.
     *
     * @param parts the batch's clips, of one grid in each part
     * @param random the source of every random decision
     * @return {@code [batch, features]}, the clips of the first part first
     */
    default Tensor trainingDescriptor(List<TokenBatch> parts, SplittableRandom random) {
        return TokenBatch.pooled(parts, this::descriptor);
    }

    /** Logits of {@link #trainingDescriptor(List, SplittableRandom)}. */
    default Tensor trainingLogits(List<TokenBatch> parts, SplittableRandom random) {
        return classify(trainingDescriptor(parts, random));
    }

    /** A term that training adds to the loss, one number; empty for most probes. */
    default Optional<Tensor> regularization() {
        return Optional.empty();
    }

    /**
     * A smaller batch with the same logits, if the pooling has no parameters: training then pools each clip once for
     * all epochs. Empty for other probes.
     */
    default Optional<TokenBatch> condensed(TokenBatch batch) {
        return Optional.empty();
    }

    /**
     * Which tokens a score depends on: the cosine of each prototype with each token, or the weight of each token for
     * each query; each probe says which. Explains scores; not recorded for gradients, and not used by training and
     * scoring.
     *
     * @return {@code [batch, prototypes or queries, time, freq]}, or empty if the probe does not weight tokens
     * @throws IllegalArgumentException if the batch does not fit
     */
    default Optional<Tensor> similarityMap(TokenBatch batch) {
        return Optional.empty();
    }

    /**
     * {@link #similarityMap} of one clip and some prototypes or queries only, always on the grid of the tokens: if the
     * probe compares at more positions than there are tokens, a token has the maximum of its positions.
     *
     * @param which their indices, in the order wanted
     * @return {@code [which, time, freq]}, or empty if the probe does not weight tokens
     * @throws IllegalArgumentException if the batch is not one clip that fits
     */
    default Optional<Tensor> similarityMap(TokenBatch clip, int[] which) {
        Contributions.requireOne("similarity map of chosen prototypes", clip);
        return similarityMap(clip)
                .map(map -> map.select(0, 0).indexSelect(0, Tensor.of(map.backend(), which, which.length)));
    }

    /**
     * The logit of one class of one clip as a sum of parts. Explains scores; not used by training and scoring.
     *
     * @param clip a batch of one clip
     * @param classIndex the class
     * @return empty if the probe cannot take its logits apart
     * @throws IllegalArgumentException if the batch is not one clip that fits, or there is no such class
     */
    default Optional<Contributions> contributions(TokenBatch clip, int classIndex) {
        return Optional.empty();
    }
}
