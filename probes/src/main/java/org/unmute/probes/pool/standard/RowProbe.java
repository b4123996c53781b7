package org.unmute.probes.pool.standard;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.FrameWise;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.PoolingProbe;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;

/**
 * A probe that is trained and scored row by row (paper, section 9.1): each row of the grid is pooled over frequency as
 * if it were a clip, without cls token, which says nothing about time, and classified by itself. The logits of a clip
 * are the maximum, class by class, of those of its rows; they are also its descriptor.
 *
 * <p>Made by the option {@code rows}: {@code false}, or {@code true}.
 */
public final class RowProbe implements FrameWise {
    /** Name of the option, which the {@linkplain org.unmute.probes.pool.ProbeType type} lists. */
    public static final String ROWS = "rows";

    private final PoolingProbe own;
    /** The same, if rows are pooled with those around them; else null. */
    private final @Nullable RowPooled rowPooled;

    private RowProbe(PoolingProbe own) {
        this.own = own;
        rowPooled = own instanceof RowPooled rows ? rows : null;
    }

    /**
     * A maker of probes of clips or rows, as the option says. The descriptor of a row is that of a clip with one row,
     * without cls token.
     */
    public static Function<ParameterSource, Probe> orOfClips(Function<ParameterSource, ? extends PoolingProbe> maker) {
        return source -> {
            boolean rows = isWanted(source);
            PoolingProbe own = maker.apply(source);
            return rows ? new RowProbe(own) : own;
        };
    }

    /** Whether a probe of rows is to be made, for makers whose parameters depend on it. */
    public static boolean isWanted(ParameterSource source) {
        return source.addition(ROWS, "false", "true").equals("true");
    }

    @Override
    public String name() {
        return own.name();
    }

    @Override
    public ProbeOptions options() {
        return own.options();
    }

    @Override
    public int dim() {
        return own.dim();
    }

    @Override
    public int classes() {
        return own.classes();
    }

    @Override
    public boolean readsHalves() {
        return own.readsHalves();
    }

    @Override
    public int layers() {
        return own.layers();
    }

    @Override
    public Map<String, Tensor> parameters() {
        return own.parameters();
    }

    @Override
    public Optional<Tensor> regularization() {
        return own.regularization();
    }

    @Override
    public boolean isOfRows() {
        return true;
    }

    @Override
    public int reach() {
        return rowPooled == null ? 0 : rowPooled.reach();
    }

    @Override
    public Tensor frameLogits(TokenBatch batch) {
        Tensor descriptors = rowPooled == null ? own.descriptor(batch.ofRows()) : rowPooled.rowDescriptors(batch);
        return own.classify(descriptors).reshape(batch.size(), batch.time(), classes());
    }

    @Override
    public Tensor trainingFrameLogits(List<TokenBatch> parts, SplittableRandom random) {
        Tensor descriptors = rowPooled == null
                ? own.trainingDescriptor(parts.stream().map(TokenBatch::ofRows).toList(), random)
                : rowPooled.trainingRowDescriptors(parts, random);
        return own.classify(descriptors);
    }

    @Override
    public boolean readsCls() {
        return false;
    }

    /** The logits. */
    @Override
    public Tensor descriptor(TokenBatch batch) {
        return frameLogits(batch).amax(1);
    }

    @Override
    public Tensor classify(Tensor descriptor) {
        return descriptor;
    }

    @Override
    public Tensor trainingDescriptor(List<TokenBatch> parts, SplittableRandom random) {
        Tensor logits = trainingFrameLogits(parts, random);
        Tensor[] clips = new Tensor[parts.size()];
        long at = 0;
        for (int i = 0; i < clips.length; i++) {
            TokenBatch part = parts.get(i);
            long rows = (long) part.size() * part.time();
            clips[i] = logits.slice(0, at, rows)
                    .reshape(part.size(), part.time(), classes())
                    .amax(1);
            at += rows;
        }
        return clips.length == 1 ? clips[0] : Tensor.concat(0, clips);
    }

    @Override
    public Optional<Tensor> similarityMap(TokenBatch batch) {
        return own.similarityMap(batch.withoutCls());
    }

    @Override
    public Optional<Tensor> similarityMap(TokenBatch clip, int[] which) {
        return own.similarityMap(clip.withoutCls(), which);
    }

    /** Those of the row with the highest logit of the class, the first on ties. */
    @Override
    public Optional<Contributions> contributions(TokenBatch clip, int classIndex) {
        Contributions.check(this, clip, classIndex);
        double[] logits = Grad.withoutRecording(
                () -> frameLogits(clip).select(2, classIndex).toDoubles());
        int best = 0;
        for (int t = 1; t < logits.length; t++) {
            best = logits[t] > logits[best] ? t : best;
        }
        int row = best;
        Contributions of = rowPooled != null
                ? Grad.withoutRecording(() -> rowPooled.rowTerms(clip, row, classIndex))
                : own.contributions(clip.rows(row, 1).withoutCls(), classIndex).orElseThrow();
        return Optional.of(new Contributions(
                of.kind(),
                "The class has the logit of row " + row + ", its best one. " + of.remark(),
                of.parts().stream()
                        .map(p -> new Contributions.Part(
                                p.index(),
                                p.name(),
                                p.token() < 0 ? -1 : row * clip.freq() + p.token(),
                                p.value(),
                                p.weight(),
                                p.contribution()))
                        .toList(),
                of.bias()));
    }
}
