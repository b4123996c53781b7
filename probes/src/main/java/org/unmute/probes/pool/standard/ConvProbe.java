package org.unmute.probes.pool.standard;

import java.util.List;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.PoolingProbe;
import org.unmute.probes.pool.ProbeType;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Convolution;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.ReductionOps;
import org.unmute.tensor.op.SlidingWindow;

/**
 * A convolution over the token map, then global pooling: tokens as {@code x [dim, time, freq]}, {@code d = mean_{t,f}
 * act(conv(x) + b)}, {@code W d + b} (paper, section 3, which names the probe but neither kernel nor width). Stride 1,
 * padded so that the grid keeps its size.
 *
 * <p>Windows are unfolded clip by clip, {@code tokens · dim · kernel²} numbers at a time; rows and columns of the
 * kernel that see nothing but padding, as on a grid of one column, are left out.
 *
 * <p>Options: {@code channels}, 256, or dim where that is less; {@code kernel}, 3, odd; {@code activation}, {@code
 * relu}, {@code gelu} or {@code none}; {@code pool}, {@code mean} or {@code max};
 * {@code rows}, {@code false}, or {@code true}: pooled over frequency only, row by row ({@link RowProbe}).
 */
public final class ConvProbe extends PoolingProbe implements RowPooled {
    private static final String NAME = "conv";

    private static final String CHANNELS = "channels";
    private static final String KERNEL = "kernel";
    private static final String ACTIVATION = "activation";
    private static final String POOL = "pool";
    private static final String WEIGHT = "conv.weight";
    static final ProbeType TYPE = new ProbeType(
            NAME, List.of(CHANNELS, KERNEL, ACTIVATION, POOL, RowProbe.ROWS), RowProbe.orOfClips(ConvProbe::new));
    private static final int DEFAULT_CHANNELS = 256;
    private static final int MAX_CHANNELS = 1 << 16;
    private static final int MAX_KERNEL = 63;

    private final String activation;
    private final boolean mean;
    private final Tensor weight;
    private final Tensor bias;

    private ConvProbe(ParameterSource source) {
        int dim = source.dim(WEIGHT, 4, 1);
        int channels = source.size(CHANNELS, Math.min(DEFAULT_CHANNELS, dim), MAX_CHANNELS, WEIGHT, 4, 0);
        int kernel = source.size(KERNEL, 3, MAX_KERNEL, WEIGHT, 4, 2);
        if (kernel % 2 == 0) {
            throw new IllegalArgumentException("probe conv: the kernel must be odd: " + kernel);
        }
        double bound = 1 / Math.sqrt((double) dim * kernel * kernel);
        activation = source.choice(ACTIVATION, "relu", "gelu", "none");
        mean = source.choice(POOL, "mean", "max").equals("mean");
        weight = source.uniform(WEIGHT, bound, channels, dim, kernel, kernel);
        bias = source.uniform("conv.bias", bound, channels);
        super(source, channels);
    }

    private int kernel() {
        return weight.shape().dim(2);
    }

    @Override
    public int dim() {
        return weight.shape().dim(1);
    }

    @Override
    public boolean readsCls() {
        return false;
    }

    @Override
    public Tensor descriptor(TokenBatch batch) {
        Tensor flat = activations(batch);
        return mean ? flat.mean(2) : flat.max(2).values();
    }

    /** The convolution sees the rows around; only its result is pooled row by row. */
    @Override
    public Tensor rowDescriptors(TokenBatch batch) {
        Tensor map = batch.onGrid(activations(batch));
        Tensor rows = mean ? map.mean(3) : map.max(3).values();
        return rows.transpose(1, 2).reshape((long) batch.size() * batch.time(), fc.features());
    }

    @Override
    public int reach() {
        return kernel() / 2;
    }

    @Override
    public Contributions rowTerms(TokenBatch clip, int row, int classIndex) {
        return Contributions.ofFeatures(
                "The list has the channels of the convolution.",
                rowDescriptors(clip).select(0, row).toDoubles(),
                fc.row(classIndex).toDoubles(),
                fc.bias(classIndex));
    }

    /** Each channel at each place: {@code [batch, channels, tokens]}. */
    private Tensor activations(TokenBatch batch) {
        batch.requireDimOf(this);
        Tensor map = batch.tokens().transpose(1, 2).reshape(batch.size(), dim(), batch.time(), batch.freq());
        int rows = reach(batch.time());
        int columns = reach(batch.freq());
        Tensor inner =
                weight.slice(2, kernel() / 2 - rows, 2L * rows + 1).slice(3, kernel() / 2 - columns, 2L * columns + 1);
        SlidingWindow window =
                SlidingWindow.of(2 * rows + 1, 2 * columns + 1, 1, 1).pad(rows, columns);
        Tensor y = Convolution.conv2d(map, inner, bias, window, 1);
        Tensor active = switch (activation) {
            case "gelu" -> y.gelu();
            case "none" -> y;
            default -> y.relu();
        };
        return active.reshape(batch.size(), weight.size(0), batch.tokens().size(1));
    }

    /** With the mean, tokens; with the maximum, channels, each at the token that has it. */
    @Override
    protected Contributions terms(TokenBatch clip, int classIndex) {
        Tensor flat = activations(clip);
        String around = "A token stands for itself and its neighbours, " + kernel() + " x " + kernel() + " tokens.";
        if (mean) {
            double[] found = fc.found(flat.transpose(1, 2), classIndex);
            return Contributions.ofEqualTokens(
                    "All places weigh the same. " + around, found, found.length, fc.bias(classIndex));
        }
        ReductionOps.Extreme max = flat.max(2);
        return new Contributions(
                Contributions.Kind.FEATURES,
                "Each channel of the convolution counts where it is largest. " + around,
                Contributions.parts(
                        "channel",
                        0,
                        max.indices().toInts(),
                        max.values().toDoubles(),
                        fc.row(classIndex).toDoubles()),
                fc.bias(classIndex));
    }

    /** How far from its centre the kernel reaches other rows or columns of a grid of this size. */
    private int reach(int size) {
        return Math.min(kernel() / 2, size - 1);
    }
}
