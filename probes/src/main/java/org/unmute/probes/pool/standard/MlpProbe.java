package org.unmute.probes.pool.standard;

import java.util.List;
import java.util.Optional;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.PoolingProbe;
import org.unmute.probes.pool.ProbeType;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Unary;

/**
 * A classifier with one hidden layer on one vector a clip, {@code W act(W₁ z + b₁) + b} (paper, section 3, which
 * names the probe but neither width nor activation). {@code z} is the cls token, or the mean of all patch tokens where
 * the encoder has none.
 *
 * <p>Options: {@code hidden}, width of the hidden layer, dim by default; {@code activation}, {@code gelu} (the exact
 * form) or {@code relu}; {@code input}, {@code cls} or {@code mean}: by default cls where there is one; {@code
 * rows}, {@code false}, or {@code true}: row by row, on the mean over frequency ({@link RowProbe}).
 */
public final class MlpProbe extends PoolingProbe {
    private static final String NAME = "mlp";

    private static final String HIDDEN = "hidden";
    private static final String ACTIVATION = "activation";
    private static final String INPUT = "input";
    static final ProbeType TYPE =
            new ProbeType(NAME, List.of(HIDDEN, ACTIVATION, INPUT, RowProbe.ROWS), RowProbe.orOfClips(MlpProbe::new));
    private static final String WEIGHT = "fc1.weight";
    private static final int MAX_HIDDEN = 1 << 20;

    private final boolean onCls;
    private final boolean gelu;
    private final Tensor weight;
    private final Tensor bias;

    private MlpProbe(ParameterSource source) {
        boolean rows = RowProbe.isWanted(source);
        boolean hasCls = source.hasCls() && !rows;
        String input = source.choice(INPUT, hasCls ? "cls" : "mean", hasCls ? "mean" : "cls");
        onCls = input.equals("cls");
        if (input.equals("cls") && !hasCls) {
            throw new IllegalArgumentException("probe mlp: input=cls, but "
                    + (rows ? "a row has no cls token of its own" : "the encoder has no cls token")
                    + ": use input=mean");
        }
        int dim = source.dim(WEIGHT, 2, 1);
        int hidden = source.size(HIDDEN, dim, MAX_HIDDEN, WEIGHT, 2, 0);
        gelu = source.choice(ACTIVATION, "gelu", "relu").equals("gelu");
        weight = source.linearWeight(WEIGHT, hidden, dim);
        bias = source.linearBias("fc1.bias", hidden, dim);
        super(source, hidden);
    }

    @Override
    public int dim() {
        return weight.shape().dim(1);
    }

    @Override
    public boolean readsCls() {
        return onCls;
    }

    /** The hidden layer after its activation: {@code [batch, hidden]}. */
    @Override
    public Tensor descriptor(TokenBatch batch) {
        batch.requireDimOf(this);
        Tensor z = onCls ? batch.requireCls(this) : batch.tokens().mean(1);
        return z.linear(weight, bias).unary(gelu ? Unary.GELU : Unary.RELU);
    }

    /** The hidden units; the layer before them is not linear. */
    @Override
    protected Contributions terms(TokenBatch clip, int classIndex) {
        return featureTerms(
                "This probe does not decompose over tokens: "
                        + (onCls ? "it sees the cls token only" : "the activation mixes them")
                        + ". The list has its hidden units.",
                clip,
                classIndex);
    }

    @Override
    public Optional<TokenBatch> condensed(TokenBatch batch) {
        return Optional.of(batch.ofMeanToken());
    }
}
