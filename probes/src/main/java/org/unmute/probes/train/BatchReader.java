package org.unmute.probes.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.Standardization;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.DType;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/**
 * Reads clips into batches, optionally standardized. Clips are read and converted in parallel. The tensors of
 * consecutive batches share memory, so use one batch at a time, on one thread.
 */
public final class BatchReader {
    private final Backend backend;
    private final TokenSource source;
    private final int layers;
    /** Whether tokens stay in float16. */
    private final boolean halves;

    private final BatchMemory tokens;
    private final BatchMemory cls;

    /**
     * A batch.
     *
     * @param parts one part for each grid among the clips, in the order of their first clips
     * @param clips indices of the clips, in the order of the parts
     */
    public record Batch(List<TokenBatch> parts, int[] clips) {}

    /** Clips of one grid and their offsets in the buffers. */
    private record Part(TokenGrid grid, int[] clips, int tokensAt, int clsAt) {
        int tokenValues() {
            return grid.tokens() * grid.dim();
        }

        int clsValues() {
            return grid.cls() ? grid.dim() : 0;
        }

        int tokensAt(int i) {
            return tokensAt + i * tokenValues();
        }

        int clsAt(int i) {
            return clsAt + i * clsValues();
        }
    }

    /** Reads clip {@code i} of a part. */
    private interface ClipReader {
        void read(Part part, int i) throws IOException;
    }

    /**
     * A reader for a probe.
     *
     * @param standardization for the last layer's tokens, or null for none
     * @throws IllegalArgumentException if the probe reads several layers and the source has another number of layers,
     *     or if there is a standardization, which covers the last layer only
     */
    public static BatchReader of(Probe probe, TokenSource source, @Nullable Standardization standardization) {
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
        boolean halves =
                probe.readsHalves() && source.stored() == DType.F16 && standardization == null && probe.layers() == 0;
        return new BatchReader(
                probe.backend(),
                standardization == null ? source : source.standardized(standardization),
                probe.layers(),
                halves);
    }

    private BatchReader(Backend backend, TokenSource source, int layers, boolean halves) {
        this.backend = backend;
        this.source = source;
        this.layers = layers;
        this.halves = halves;
        tokens = new BatchMemory(backend);
        cls = new BatchMemory(backend);
    }

    /**
     * Reads the clips {@code order[from]} (inclusive) to {@code order[to]} (exclusive).
     *
     * @throws IllegalArgumentException if the values do not fit into one array
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
        float[] clsTo = cls.reserve((int) clsAt);
        if (halves) {
            short[] tokensTo = tokens.reserveHalves((int) tokensAt);
            fill(
                    parts,
                    (part, i) -> source.readHalves(part.clips()[i], tokensTo, part.tokensAt(i), clsTo, part.clsAt(i)));
        } else {
            float[] tokensTo = tokens.reserve((int) tokensAt);
            fill(parts, (part, i) -> read(part, i, tokensTo, clsTo));
        }
        return new Batch(
                parts.stream().map(this::batch).toList(),
                parts.stream().flatMapToInt(p -> IntStream.of(p.clips())).toArray());
    }

    private static void fill(List<Part> parts, ClipReader reader) throws IOException {
        try {
            for (Part part : parts) {
                IntStream.range(0, part.clips().length).parallel().forEach(i -> {
                    try {
                        reader.read(part, i);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void read(Part part, int i, float[] tokensTo, float[] clsTo) throws IOException {
        int clip = part.clips()[i];
        if (layers > 0) {
            int size = part.clips().length;
            source.readLayers(
                    clip,
                    tokensTo,
                    part.tokensAt(i),
                    size * part.tokenValues(),
                    clsTo,
                    part.clsAt(i),
                    size * part.clsValues());
        } else {
            source.read(clip, tokensTo, part.tokensAt(i), clsTo, part.clsAt(i));
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
        return new TokenBatch(
                tokens.tensor(part.tokensAt(), size, grid.tokens(), grid.dim()),
                grid.cls() ? cls.tensor(part.clsAt(), size, grid.dim()) : null,
                grid.time(),
                grid.freq());
    }

    /**
     * Smaller clips in memory, for which every probe of the same type and options gives the same logits; see {@link
     * Probe#condensed}.
     *
     * @param probe a probe of the type; only its pooling is used
     * @return empty if the probe needs all tokens in every step or reads several layers
     * @throws IOException if a clip cannot be read
     */
    public static Optional<TokenSource> condensed(Probe probe, TokenSource clips) throws IOException {
        return probe.layers() > 0 ? Optional.empty() : of(probe, clips, null).pooled(probe, 1);
    }

    /** A reader of pooled clips with the same logits, if the probe allows it; otherwise this reader. */
    BatchReader condensed(Probe probe, int batch) throws IOException {
        return pooled(probe, batch)
                .map(small -> new BatchReader(backend, small, 0, false))
                .orElse(this);
    }

    private Optional<TokenSource> pooled(Probe probe, int batch) throws IOException {
        TokenMap[] small = new TokenMap[source.clips()];
        int[] order = IntStream.range(0, small.length).toArray();
        for (int from = 0; from < order.length; from += batch) {
            try (TensorScope _ = new TensorScope()) {
                Batch clips = read(order, from, Math.min(order.length, from + batch));
                int at = 0;
                for (TokenBatch part : clips.parts()) {
                    Optional<TokenBatch> condensed = Grad.withoutRecording(() -> probe.condensed(part));
                    if (condensed.isEmpty()) {
                        return Optional.empty();
                    }
                    for (TokenMap map : condensed.get().maps()) {
                        small[clips.clips()[at++]] = map;
                    }
                }
            }
        }
        return Optional.of(TokenSource.of(List.of(small)));
    }

    /**
     * A buffer for one batch, reused for the next. On the CPU, clips are read directly into the memory of the tensors;
     * other backends copy it. Several threads may fill disjoint parts.
     */
    private static final class BatchMemory {
        private final Backend backend;
        private Tensor all;
        private float[] host = {};
        private boolean shared;
        private short[] halves = {};

        BatchMemory(Backend backend) {
            this.backend = backend;
        }

        /**
         * Like {@link #reserve}, for float16 on a backend that uses host memory ({@link Backend#supportsF16Tokens()}).
         * A buffer holds one element type only.
         */
        short[] reserveHalves(int values) {
            if (all == null || halves.length < values) {
                halves = new short[0];
                all = TensorScope.outside(() -> Tensor.zeros(backend, DType.F16, Shape.of(values)));
                halves = all.view().host().halves();
                shared = true;
            }
            return halves;
        }

        /**
         * Makes the buffer large enough; its contents are lost.
         *
         * @return the array to fill, from index 0
         */
        float[] reserve(int values) {
            if (all == null || host.length < values) {
                host = new float[0];
                all = TensorScope.outside(() -> Tensor.zeros(backend, DType.F32, Shape.of(values)));
                View view = all.view();
                shared = view.buffer() instanceof HostBuffer && view.offset() == 0 && view.isDense();
                host = shared ? view.host().floats() : new float[values];
            }
            return host;
        }

        /**
         * The values from index {@code at} on as a tensor, to be created after filling. The next batch overwrites them.
         */
        Tensor tensor(int at, long... shape) {
            Shape to = Shape.of(shape);
            Tensor part = all.slice(0, at, to.elements()).reshape(shape);
            if (!shared) {
                View filled = new View(HostBuffer.wrap(host), to, at, View.denseStrides(to));
                backend.upload(filled, part.view());
            }
            return part;
        }
    }
}
