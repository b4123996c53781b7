package org.unmute.probes.pool.standard;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.PoolingProbe;
import org.unmute.probes.pool.ProbeType;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Functions;
import org.unmute.tensor.Tensor;

/**
 * A linear classifier on every token, pooled afterwards: {@code l_{n,c} = W_c z_n + b_c}, {@code logit_c = max_n
 * l_{n,c}}, with ties going to the first token (paper, section 3). The paper only names the probe. The maximum is
 * inferred: a mean would equal {@code linear} on mean tokens, whose figures in the paper differ.
 *
 * <p>Option {@code pool}: {@code max}, {@code mean} or {@code logsumexp} ({@code ln Σ_n exp l_{n,c}}).
 */
public final class LinpreProbe extends PoolingProbe {
    private static final String NAME = "linpre";

    private static final String POOL = "pool";
    static final ProbeType TYPE = new ProbeType(NAME, List.of(POOL), LinpreProbe::new);

    private final String pool;

    private LinpreProbe(ParameterSource source) {
        pool = source.choice(POOL, "max", "mean", "logsumexp");
        super(source, source.dim());
    }

    /** Logits of every token: {@code [batch, tokens, classes]}. */
    private Tensor tokenLogits(TokenBatch batch) {
        batch.requireDimOf(this);
        return fc.logits(batch.tokens());
    }

    @Override
    public boolean readsCls() {
        return false;
    }

    /** The logits, because the linear layer comes before pooling. */
    @Override
    public Tensor descriptor(TokenBatch batch) {
        return switch (pool) {
            case "mean" -> tokenLogits(batch).mean(1);
            case "logsumexp" -> Functions.logSumExp(tokenLogits(batch), 1);
            default -> max(batch);
        };
    }

    /**
     * The bias is the same for all tokens of a class, so it is added after the maximum. Logits of tokens are not
     * stored, and only the winning tokens get gradients.
     */
    private Tensor max(TokenBatch batch) {
        batch.requireDimOf(this);
        return batch.tokens().productExtremes(fc.weight()).values().select(0, 1).plus(fc.bias());
    }

    /** Returns the descriptor, which holds the logits already. */
    @Override
    public Tensor classify(Tensor descriptor) {
        return descriptor;
    }

    /** The mean over tokens commutes with the linear layer, so the logits are the same up to rounding. */
    @Override
    public Optional<TokenBatch> condensed(TokenBatch batch) {
        return pool.equals("mean") ? Optional.of(batch.ofMeanToken()) : Optional.empty();
    }

    /** With the mean, which commutes with the linear layer. */
    @Override
    public boolean isLinear() {
        return pool.equals("mean");
    }

    @Override
    public Tensor linearInput(TokenBatch batch) {
        return batch.tokens().mean(1);
    }

    /**
     * Tokens: with the maximum, only the winner; with the mean, all tokens with weight 1/N; with logsumexp, each token
     * with its share {@code p = softmax_n(l)}, plus the entropy of the shares: {@code ln Σ exp l_n = Σ p_n l_n - Σ p_n
     * ln p_n}.
     */
    @Override
    protected Contributions terms(TokenBatch clip, int classIndex) {
        double[] found = fc.found(clip.tokens(), classIndex);
        if (pool.equals("mean")) {
            return Contributions.ofEqualTokens("All tokens weigh the same.", found, found.length, fc.bias(classIndex));
        }
        if (pool.equals("max")) {
            int winner = tokenLogits(clip).max(1).indices().toInts()[classIndex];
            return new Contributions(
                    Contributions.Kind.TOKENS,
                    "The class has the logit of its best token; all other tokens count nothing.",
                    List.of(Contributions.Part.product(winner, "token " + winner, winner, found[winner], 1)),
                    fc.bias(classIndex));
        }
        return byShares(found, fc.bias(classIndex));
    }

    private static Contributions byShares(double[] found, double bias) {
        double max = Arrays.stream(found).max().orElseThrow();
        double total = Arrays.stream(found).map(l -> Math.exp(l - max)).sum();
        double[] shares = new double[found.length];
        double entropy = 0;
        for (int n = 0; n < found.length; n++) {
            double ln = found[n] - max - Math.log(total);
            shares[n] = Math.exp(ln);
            entropy -= shares[n] * ln;
        }
        List<Contributions.Part> parts = new ArrayList<>(Contributions.tokens(found, shares));
        parts.add(Contributions.Part.product(-1, "spread over tokens", -1, entropy, 1));
        return new Contributions(
                Contributions.Kind.TOKENS,
                "A token weighs by its share of exp(logit); the spread over tokens adds the "
                        + "entropy of the shares.",
                parts,
                bias);
    }

    /** The logit of each class for every token: {@code [batch, classes, tokens]}. */
    @Override
    protected Tensor tokenWeights(TokenBatch batch) {
        return tokenLogits(batch).transpose(1, 2);
    }
}
