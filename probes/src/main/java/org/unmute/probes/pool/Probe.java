package org.unmute.probes.pool;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;

/**
 * A small trainable head on frozen tokens: it pools a token map to a descriptor and classifies the descriptor (paper,
 * section 3). Scoring is stateless, so several threads may score with one probe. Training changes the parameters
 * through an optimizer, and the buffers in {@link #trainingLogits(java.util.List, SplittableRandom)}.
 */
public interface Probe {
    /** Name, as in {@link Probes#create}. */
    String name();

    /**
     * The options in effect, including defaults. They are saved with the probe, and a reopened probe has no other
     * record of them.
     */
    ProbeOptions options();

    /** Values per token that it expects. */
    int dim();

    /** Number of classes. */
    int classes();

    /**
     * Whether it accepts {@code F16} tokens ({@link Backend#supportsF16Tokens()}), so that a batch from a float16 cache
     * is never converted to float32.
     */
    default boolean readsHalves() {
        return false;
    }

    /** Number of layers whose tokens it pools ({@link TokenBatch#layers()}); 0 if it needs the last layer only. */
    default int layers() {
        return 0;
    }

    /**
     * Whether its logits depend on the cls token of tokens that have one. If not, tokens of a long recording say as
     * much as those of its windows, whatever the cls token of them all is.
     */
    default boolean readsCls() {
        return true;
    }

    /** Parameters by name, in a fixed order. Each takes gradients; optimizers update the contents in place. */
    Map<String, Tensor> parameters();

    /** The backend that holds the parameters. */
    default Backend backend() {
        return parameters().values().iterator().next().backend();
    }

    /** Number of trained parameter values. */
    default long parameterCount() {
        return parameters().values().stream()
                .mapToLong(p -> p.shape().elements())
                .sum();
    }

    /**
     * State that training updates without gradients, by name, such as the running mean of a batch normalization. It is
     * saved with the parameters, whose names differ from those of buffers. Empty for most probes.
     */
    default Map<String, Tensor> buffers() {
        return Map.of();
    }

    /**
     * The input of the final linear layer. For probes that apply that layer before pooling ({@code linpre}), the
     * logits.
     *
     * @return {@code [batch, features]}
     * @throws IllegalArgumentException if the batch does not fit
     */
    Tensor descriptor(TokenBatch batch);

    /** The layers after pooling: maps descriptors {@code [batch, features]} to logits {@code [batch, classes]}. */
    Tensor classify(Tensor descriptor);

    /**
     * The scores before the sigmoid or softmax.
     *
     * @return {@code [batch, classes]}
     * @throws IllegalArgumentException if the batch does not fit
     */
    default Tensor logits(TokenBatch batch) {
        return classify(descriptor(batch));
    }

    /**
     * The descriptor with the probe's regularization for training (dropout, statistics of the batch); {@link
     * #descriptor} if it has none. May change {@link #buffers()}. Statistics are computed over all parts together, so
     * the result does not depend on how clips of one grid are split into parts.
     *
     * @param parts the clips of the batch; the clips of a part share a grid
     * @param random source of all random decisions
     * @return {@code [batch, features]}, starting with the clips of the first part
     */
    default Tensor trainingDescriptor(List<TokenBatch> parts, SplittableRandom random) {
        return TokenBatch.pooled(parts, this::descriptor);
    }

    /** Logits of {@link #trainingDescriptor(List, SplittableRandom)}. */
    default Tensor trainingLogits(List<TokenBatch> parts, SplittableRandom random) {
        return classify(trainingDescriptor(parts, random));
    }

    /** A term that training adds to the loss, a scalar; empty for most probes. */
    default Optional<Tensor> regularization() {
        return Optional.empty();
    }

    /**
     * A smaller batch with the same logits, if the pooling has no parameters. Training then pools each clip once
     * instead of in every epoch. Empty for other probes.
     */
    default Optional<TokenBatch> condensed(TokenBatch batch) {
        return Optional.empty();
    }

    /**
     * Whether the probe is a linear layer, {@link Classifier#WEIGHT} and {@link Classifier#BIAS}, on {@link
     * #linearInput}, and nothing else is trained. Then a convex loss can be minimized to convergence.
     */
    default boolean isLinear() {
        return false;
    }

    /**
     * What the logits are a linear function of.
     *
     * @return {@code [batch, features]}
     * @throws UnsupportedOperationException unless {@link #isLinear()}
     */
    default Tensor linearInput(TokenBatch batch) {
        throw new UnsupportedOperationException("probe " + name() + ": its pooling is trained, too");
    }

    /**
     * The tokens that a score depends on: the cosine of each prototype with each token, or the weight of each token for
     * each query, depending on the probe. Explains scores; gradients are not recorded, and training and scoring do not
     * use it.
     *
     * @return {@code [batch, prototypes or queries, time, freq]}, or empty if the probe does not weight tokens
     * @throws IllegalArgumentException if the batch does not fit
     */
    default Optional<Tensor> similarityMap(TokenBatch batch) {
        return Optional.empty();
    }

    /**
     * {@link #similarityMap} for one clip and some prototypes or queries, always on the grid of the tokens. If the
     * probe compares at more positions than there are tokens, a token has the maximum over its positions.
     *
     * @param which indices of the prototypes or queries, in the order wanted
     * @return {@code [which, time, freq]}, or empty if the probe does not weight tokens
     * @throws IllegalArgumentException if the batch is not one clip that fits
     */
    default Optional<Tensor> similarityMap(TokenBatch clip, int[] which) {
        Contributions.requireOne("similarity map of chosen prototypes", clip);
        return similarityMap(clip)
                .map(map -> map.select(0, 0).indexSelect(0, Tensor.of(map.backend(), which, which.length)));
    }

    /**
     * The logit of one class for one clip as a sum of parts. Explains scores; training and scoring do not use it.
     *
     * @param clip a batch of one clip
     * @param classIndex index of the class
     * @return empty if the probe cannot decompose its logits
     * @throws IllegalArgumentException if the batch is not one clip that fits, or there is no such class
     */
    default Optional<Contributions> contributions(TokenBatch clip, int classIndex) {
        return Optional.empty();
    }
}
