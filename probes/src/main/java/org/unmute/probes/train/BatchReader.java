package org.unmute.probes.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.Standardization;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.DType;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;

/**
 * Reads clips into batches, optionally standardized; clips are read and converted in parallel. The tensors of
 * consecutive batches share memory: use one batch at a time, on one thread.
 */
public final class BatchReader {
    private final Backend backend;
    private final TokenSource source;
    private final Standardization standardization;
    private final int layers;
    /** Whether tokens stay in float16. */
    private final boolean halves;

    private final BatchMemory tokens;
    private final BatchMemory cls;

    /**
     * A batch.
     *
     * @param parts its clips, those of one grid per part; parts are in the order of their first clips
     * @param clips indices of the clips, in the order of the parts
     */
    public record Batch(List<TokenBatch> parts, int[] clips) {}

    /** Clips of one grid and their offsets in memory. */
    private record Part(TokenGrid grid, int[] clips, int tokensAt, int clsAt) {}

    /**
     * A reader for a probe.
     *
     * @param standardization for the last layer's tokens, or null for none
     * @throws IllegalArgumentException if the probe reads several layers and the source has another number of them, or
     *     there is a standardization, which covers the last layer only
     */
    public static BatchReader of(Probe probe, TokenSource source, Standardization standardization) {
        if (probe.layers() > 0 && probe.layers() != source.layers()) {
            throw new IllegalArgumentException("probe " + probe.name() + ": it looks at the tokens of " + probe.layers()
                    + " layers, the clips have "
                    + (source.layers() == 0 ? "the last layer's only: " : "those of " + source.layers() + ": ")
                    + "embed with layers, or use a probe of one layer");
        }
        if (probe.layers() > 0 && standardization != null) {
            throw new IllegalArgumentException(
                    "probe " + probe.name() + ": tokens of several layers cannot be standardized");
        }
        Backend backend = probe.parameters().values().iterator().next().backend();
        boolean halves =
                probe.readsHalves() && source.stored() == DType.F16 && standardization == null && probe.layers() == 0;
        return new BatchReader(backend, source, standardization, probe.layers(), halves);
    }

    private BatchReader(
            Backend backend, TokenSource source, Standardization standardization, int layers, boolean halves) {
        this.backend = backend;
        this.source = source;
        this.standardization = standardization;
        this.layers = layers;
        this.halves = halves;
        tokens = new BatchMemory(backend);
        cls = new BatchMemory(backend);
    }

    /**
     * Reads the clips {@code order[from]} (inclusive) to {@code order[to]} (exclusive).
     *
     * @throws IllegalArgumentException if their values do not fit into one array
     * @throws IOException if a clip cannot be read
     */
    public Batch read(int[] order, int from, int to) throws IOException {
        Map<TokenGrid, List<Integer>> byGrid = new LinkedHashMap<>();
        for (int i = from; i < to; i++) {
            byGrid.computeIfAbsent(source.grid(order[i]), _ -> new ArrayList<>())
                    .add(order[i]);
        }
        List<Part> parts = new ArrayList<>();
        long tokensAt = 0;
        long clsAt = 0;
        for (Map.Entry<TokenGrid, List<Integer>> e : byGrid.entrySet()) {
            TokenGrid grid = e.getKey();
            int[] clips = e.getValue().stream().mapToInt(i -> i).toArray();
            parts.add(new Part(grid, clips, (int) tokensAt, (int) clsAt));
            long vectors = (long) Math.max(1, layers) * clips.length * grid.dim();
            tokensAt += vectors * grid.tokens();
            clsAt += grid.cls() ? vectors : 0;
            if (tokensAt > Integer.MAX_VALUE - 16) {
                throw new IllegalArgumentException("batch: " + (to - from) + " clips, among them some of " + grid
                        + (layers > 0 ? " in " + layers + " layers" : "")
                        + ", are more numbers than an array holds: choose a "
                        + "smaller batch");
            }
        }
        if (halves) {
            short[] tokensTo = tokens.reserveHalves((int) tokensAt);
            float[] clsTo = cls.reserve((int) clsAt);
            fill(parts, (part, i) -> readHalves(part, i, tokensTo, clsTo));
        } else {
            float[] tokensTo = tokens.reserve((int) tokensAt);
            float[] clsTo = cls.reserve((int) clsAt);
            fill(parts, (part, i) -> read(part, i, tokensTo, clsTo));
        }
        return new Batch(
                parts.stream().map(this::batch).toList(),
                parts.stream().flatMapToInt(p -> IntStream.of(p.clips())).toArray());
    }

    private static void fill(List<Part> parts, ObjIntConsumer<Part> read) throws IOException {
        try {
            for (Part part : parts) {
                IntStream.range(0, part.clips().length).parallel().forEach(i -> read.accept(part, i));
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void read(Part part, int i, float[] tokensTo, float[] clsTo) {
        TokenGrid grid = part.grid();
        int values = grid.tokens() * grid.dim();
        int tokensAt = part.tokensAt() + i * values;
        int clsAt = part.clsAt() + (grid.cls() ? i * grid.dim() : 0);
        try {
            if (layers > 0) {
                source.readLayers(
                        part.clips()[i],
                        tokensTo,
                        tokensAt,
                        part.clips().length * values,
                        clsTo,
                        clsAt,
                        grid.cls() ? part.clips().length * grid.dim() : 0);
                return;
            }
            source.read(part.clips()[i], tokensTo, tokensAt, clsTo, clsAt);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (standardization != null) {
            standardization.tokens(tokensTo, tokensAt, grid.tokens());
            if (grid.cls()) {
                standardization.cls(clsTo, clsAt, 1);
            }
        }
    }

    private void readHalves(Part part, int i, short[] tokensTo, float[] clsTo) {
        TokenGrid grid = part.grid();
        int tokensAt = part.tokensAt() + i * grid.tokens() * grid.dim();
        try {
            source.readHalves(
                    part.clips()[i], tokensTo, tokensAt, clsTo, part.clsAt() + (grid.cls() ? i * grid.dim() : 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TokenBatch batch(Part part) {
        TokenGrid grid = part.grid();
        int size = part.clips().length;
        if (layers > 0) {
            TokenBatch.Layers all = new TokenBatch.Layers(
                    tokens.tensor(part.tokensAt(), layers, size, grid.tokens(), grid.dim()),
                    grid.cls() ? cls.tensor(part.clsAt(), layers, size, grid.dim()) : null);
            return TokenBatch.of(all, grid.time(), grid.freq());
        }
        Tensor own = halves
                ? tokens.halfTensor(part.tokensAt(), size, grid.tokens(), grid.dim())
                : tokens.tensor(part.tokensAt(), size, grid.tokens(), grid.dim());
        return new TokenBatch(
                own, grid.cls() ? cls.tensor(part.clsAt(), size, grid.dim()) : null, grid.time(), grid.freq());
    }

    /** A reader of pooled clips with the same logits, if the probe allows it; else this reader. */
    BatchReader condensed(Probe probe, int batch) throws IOException {
        TokenMap[] small = new TokenMap[source.clips()];
        int[] order = IntStream.range(0, small.length).toArray();
        for (int from = 0; from < order.length; from += batch) {
            try (TensorScope _ = new TensorScope()) {
                Batch clips = read(order, from, Math.min(order.length, from + batch));
                int at = 0;
                for (TokenBatch part : clips.parts()) {
                    Optional<TokenBatch> condensed = Grad.withoutRecording(() -> probe.condensed(part));
                    if (condensed.isEmpty()) {
                        return this;
                    }
                    for (TokenMap map : condensed.get().maps()) {
                        small[clips.clips()[at++]] = map;
                    }
                }
            }
        }
        return new BatchReader(backend, TokenSource.of(List.of(small)), null, 0, false);
    }

    /** Mean and deviation of each dimension over all tokens of all clips, one clip in memory at a time. */
    static Standardization standardization(TokenSource source) throws IOException {
        int dim = source.grid().dim();
        boolean hasCls = source.grid().cls();
        float[] tokens = {};
        float[] cls = new float[dim];
        Standardization.Statistics ofTokens = new Standardization.Statistics(dim);
        Standardization.Statistics ofCls = new Standardization.Statistics(dim);
        for (int i = 0; i < source.clips(); i++) {
            TokenGrid grid = source.grid(i);
            int values = Math.multiplyExact(grid.tokens(), dim);
            tokens = tokens.length < values ? new float[values] : tokens;
            source.read(i, tokens, 0, cls, 0);
            ofTokens.add(tokens, 0, grid.tokens());
            if (hasCls) {
                ofCls.add(cls, 0, 1);
            }
        }
        return new Standardization(
                ofTokens.mean(), ofTokens.deviation(), hasCls ? ofCls.mean() : null, hasCls ? ofCls.deviation() : null);
    }
}
