package org.unmute.probes.pool;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.unmute.tensor.Tensor;

/**
 * A small trainable head on frozen tokens: pools a token map to a descriptor and classifies that. Paper, section 3.
 * Scoring keeps nothing, so several threads may score with one probe; only training changes it: an optimizer its
 * parameters, {@link #trainingLogits(java.util.List, SplittableRandom)} its buffers.
 */
public interface Probe {
    /** Name as {@link Probes#create} takes it. */
    String name();

    /** The options in force, defaults resolved. */
    ProbeOptions options();

    /** Numbers a token it expects. */
    int dim();

    /** Number of classes. */
    int classes();

    /**
     * Whether tokens may be {@code F16} ({@link org.unmute.tensor.backend.Backend#supportsF16Tokens()}), so that a batch
     * from a float16 cache is never held in float32.
     */
    default boolean readsHalves() {
        return false;
    }

    /** Layers whose tokens it looks at ({@link TokenBatch#layers()}); 0 where the last layer's token map is enough. */
    default int layers() {
        return 0;
    }

    /** Parameters by name, in a fixed order. Each takes gradients; optimizers change the contents in place. */
    Map<String, Tensor> parameters();

    /** How many numbers are trained. */
    default long parameterCount() {
        return parameters().values().stream()
                .mapToLong(p -> p.shape().elements())
                .sum();
    }

    /**
     * What training changes without gradients, such as the running mean of a batch normalisation, by name. Saved along
     * with the parameters; the names differ from theirs. Empty for most.
     */
    default Map<String, Tensor> buffers() {
        return Map.of();
    }

    /**
     * What the final linear layer sees; where that layer comes before pooling ({@code linpre}), the logits.
     *
     * @return {@code [batch, features]}
     * @throws IllegalArgumentException if the batch does not fit
     */
    Tensor descriptor(TokenBatch batch);

    /** What comes after pooling: descriptors {@code [batch, features]} to {@code [batch, classes]}. */
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
     * The descriptor with whatever regularisation the probe has in training (dropout, the batch's own statistics);
     * {@link #descriptor} where it has none. May change {@link #buffers()}. What is taken over the whole batch is taken
     * over all parts together, so that the result does not depend on how clips of one grid are spread over parts.
     *
     * @param parts the batch's clips, of one grid in each part
     * @param random the source of every random decision
     * @return {@code [batch, features]}, the clips of the first part first
     */
    default Tensor trainingDescriptor(List<TokenBatch> parts, SplittableRandom random) {
        return TokenBatch.pooled(parts, this::descriptor);
    }

    /** {@link #trainingDescriptor(List, SplittableRandom)} of clips of one grid. */
    default Tensor trainingDescriptor(TokenBatch batch, SplittableRandom random) {
        return trainingDescriptor(List.of(batch), random);
    }

    /** Logits of {@link #trainingDescriptor(List, SplittableRandom)}. */
    default Tensor trainingLogits(List<TokenBatch> parts, SplittableRandom random) {
        return classify(trainingDescriptor(parts, random));
    }

    /** {@link #trainingLogits(List, SplittableRandom)} of clips of one grid. */
    default Tensor trainingLogits(TokenBatch batch, SplittableRandom random) {
        return trainingLogits(List.of(batch), random);
    }

    /** What training adds to the loss, one number; empty for most. */
    default Optional<Tensor> regularization() {
        return Optional.empty();
    }

    /**
     * A smaller batch with the same logits, for a probe whose pooling has no parameters: training then pools each clip
     * once for all epochs. Empty for others.
     */
    default Optional<TokenBatch> condensed(TokenBatch batch) {
        return Optional.empty();
    }

    /**
     * What of a clip a score rests on: the cosine of each prototype with each token, or the weight of each token for
     * each query; each probe says which. For explaining scores, not recorded for gradients; training and scoring never
     * need it.
     *
     * @return {@code [batch, prototypes or queries, time, freq]}, or empty where the probe does not weigh tokens
     * @throws IllegalArgumentException if the batch does not fit
     */
    default Optional<Tensor> similarityMap(TokenBatch batch) {
        return Optional.empty();
    }

    /**
     * {@link #similarityMap} of one clip and some prototypes or queries only, always on the grid of the tokens: where
     * the probe compares at more places than there are tokens, a token has the greatest of its places.
     *
     * @param which their numbers, in the order wanted
     * @return {@code [which, time, freq]}, or empty where the probe does not weigh tokens
     * @throws IllegalArgumentException if the batch is not one clip that fits
     */
    default Optional<Tensor> similarityMap(TokenBatch clip, int[] which) {
        Contributions.requireOne("similarity map of chosen prototypes", clip);
        return similarityMap(clip)
                .map(map -> map.select(0, 0).indexSelect(0, Tensor.of(map.backend(), which, which.length)));
    }

    /**
     * How the logit of one class of one clip comes about, as a sum. For explaining scores; training and scoring never
     * need it.
     *
     * @param clip a batch of one clip
     * @param classIndex the class
     * @return empty for a probe that does not tell
     * @throws IllegalArgumentException if the batch is not one clip that fits, or there is no such class
     */
    default Optional<Contributions> contributions(TokenBatch clip, int classIndex) {
        return Optional.empty();
    }
}
