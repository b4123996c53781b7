package org.unmute.probes.pool;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;

/**
 * The token maps of several clips with the same grid; the input to a probe.
 *
 * @param tokens {@code [batch, time * freq, dim]}, token n = t * freq + f
 * @param cls {@code [batch, dim]}, or null if the encoder has no cls token
 * @param time grid rows
 * @param freq grid columns
 * @param layers tokens of all layers, or null
 */
public record TokenBatch(
        Tensor tokens,
        @Nullable Tensor cls,
        int time,
        int freq,
        @Nullable Layers layers) {
    /** @throws IllegalArgumentException if the shapes do not fit each other or the grid */
    public TokenBatch {
        if (tokens.rank() != 3 || time < 1 || freq < 1 || tokens.size(1) != (long) time * freq) {
            throw new IllegalArgumentException("token batch: needs tokens [batch, time * freq, dim]: tokens are "
                    + tokens.shape() + ", the grid is " + time + " x " + freq);
        }
        if (cls != null && (cls.rank() != 2 || cls.size(0) != tokens.size(0) || cls.size(1) != tokens.size(2))) {
            throw new IllegalArgumentException(
                    "token batch: cls must be [batch, dim]: cls is " + cls.shape() + ", tokens are " + tokens.shape());
        }
        if (layers != null
                && (!layers.tokens.shape().tail(1).equals(tokens.shape()) || (layers.cls == null) != (cls == null))) {
            throw new IllegalArgumentException(
                    "token batch: layers must be [layers, batch, time * freq, dim], with cls where the"
                            + " batch has them: they are " + layers.tokens.shape()
                            + (layers.cls == null ? " without cls" : " with cls")
                            + ", tokens are " + tokens.shape() + (cls == null ? " without cls" : " with cls"));
        }
    }

    /** Tokens of the last layer only. */
    public TokenBatch(Tensor tokens, @Nullable Tensor cls, int time, int freq) {
        this(tokens, cls, time, freq, null);
    }

    /**
     * Tokens of several layers of the encoder, first to last.
     *
     * @param tokens {@code [layers, batch, time * freq, dim]}
     * @param cls {@code [layers, batch, dim]}, or null if the encoder has no cls token
     */
    public record Layers(Tensor tokens, @Nullable Tensor cls) {
        /** @throws IllegalArgumentException if the shapes do not fit each other */
        public Layers {
            if (tokens.rank() != 4
                    || tokens.size(0) < 1
                    || cls != null
                            && (cls.rank() != 3
                                    || cls.size(0) != tokens.size(0)
                                    || cls.size(1) != tokens.size(1)
                                    || cls.size(2) != tokens.size(3))) {
                throw new IllegalArgumentException(
                        "token layers: need tokens [layers, batch, time * freq, dim] and cls [layers, "
                                + "batch, dim] or none: tokens are " + tokens.shape() + ", cls is "
                                + (cls == null ? "absent" : cls.shape()));
            }
        }

        /** Number of layers. */
        public int count() {
            return Math.toIntExact(tokens.size(0));
        }
    }

    /** A batch of several layers; its tokens are those of the last one. */
    public static TokenBatch of(Layers layers, int time, int freq) {
        long last = layers.count() - 1;
        return new TokenBatch(
                layers.tokens.select(0, last),
                layers.cls == null ? null : layers.cls.select(0, last),
                time,
                freq,
                layers);
    }

    /**
     * An encoder's output for clips of one grid, including layers, as a batch in float32.
     *
     * @throws IllegalArgumentException if the list is empty, or the features differ in grid, dim, number of layers or
     *     having a cls token
     */
    public static TokenBatch ofFeatures(Backend backend, List<Features> features) {
        TokenBatch last = of(backend, features.stream().map(Features::tokens).toList());
        int count = features.getFirst().layers().size();
        Tensor[] tokens = new Tensor[count];
        Tensor[] cls = new Tensor[count];
        for (int l = 0; l < count; l++) {
            List<TokenMap> maps = new ArrayList<>();
            for (Features f : features) {
                if (f.layers().size() != count) {
                    throw new IllegalArgumentException("token batch: features have " + count + " and "
                            + f.layers().size() + " layers: ask the encoder for the same of every clip");
                }
                maps.add(f.layers().get(l));
            }
            TokenBatch layer = of(backend, maps);
            tokens[l] = layer.tokens;
            cls[l] = layer.cls;
        }
        return count == 0
                ? last
                : new TokenBatch(
                        last.tokens,
                        last.cls,
                        last.time,
                        last.freq,
                        new Layers(Tensor.stack(0, tokens), last.cls == null ? null : Tensor.stack(0, cls)));
    }

    /**
     * Pools batches of different grids one by one and concatenates the results.
     *
     * @param pooling gives {@code [batch, features]}
     * @return {@code [clips of all parts, features]}
     */
    public static Tensor pooled(List<TokenBatch> parts, Function<TokenBatch, Tensor> pooling) {
        return parts.size() == 1
                ? pooling.apply(parts.getFirst())
                : Tensor.concat(0, parts.stream().map(pooling).toArray(Tensor[]::new));
    }

    /** Each clip reduced to the mean of its tokens; cls tokens stay. */
    public TokenBatch ofMeanToken() {
        return new TokenBatch(tokens.meanKeepingAxes(1), cls, 1, 1);
    }

    /** Each clip reduced to one row, the mean over time; cls tokens stay. */
    public TokenBatch ofMeanRow() {
        return new TokenBatch(grid().mean(1), cls, 1, freq);
    }

    /** The same without cls tokens. */
    public TokenBatch withoutCls() {
        return cls == null
                ? this
                : new TokenBatch(tokens, null, time, freq, layers == null ? null : new Layers(layers.tokens, null));
    }

    /** Each row as a separate clip, without cls tokens: {@code batch * time} clips, those of the first clip first. */
    public TokenBatch ofRows() {
        long rows = Math.multiplyExact((long) size(), time);
        return new TokenBatch(
                tokens.reshape(rows, freq, dim()),
                null,
                1,
                freq,
                layers == null ? null : new Layers(layers.tokens.reshape(layers.count(), rows, freq, dim()), null));
    }

    /** Numbers for each token, {@code [batch, n, time * freq]}, on the grid: {@code [batch, n, time, freq]}. */
    public Tensor onGrid(Tensor x) {
        return x.reshape(x.size(0), x.size(1), time, freq);
    }

    /** The tokens on the grid: {@code [batch, time, freq, dim]}. */
    public Tensor grid() {
        return tokens.reshape(size(), time, freq, dim());
    }

    /**
     * Token maps of one grid as a batch in float32.
     *
     * @throws IllegalArgumentException if the list is empty or the maps differ in grid, dim or having a cls token
     */
    public static TokenBatch of(Backend backend, List<TokenMap> maps) {
        if (maps.isEmpty()) {
            throw new IllegalArgumentException("token batch: no token maps");
        }
        TokenMap first = maps.getFirst();
        int values = first.tokens().length;
        float[] tokens = new float[Math.multiplyExact(maps.size(), values)];
        float[] cls = first.cls() == null ? null : new float[Math.multiplyExact(maps.size(), first.dim())];
        for (int i = 0; i < maps.size(); i++) {
            TokenMap m = maps.get(i);
            if (!m.sizes().equals(first.sizes())) {
                throw new IllegalArgumentException("token batch: map " + i + " is " + m.sizes() + ", the first is "
                        + first.sizes() + ": batch equal ones only");
            }
            System.arraycopy(m.tokens(), 0, tokens, i * values, values);
            if (cls != null) {
                System.arraycopy(m.cls(), 0, cls, i * m.dim(), m.dim());
            }
        }
        return new TokenBatch(
                Tensor.of(backend, tokens, maps.size(), first.count(), first.dim()),
                cls == null ? null : Tensor.of(backend, cls, maps.size(), first.dim()),
                first.time(),
                first.freq());
    }

    /**
     * Some rows of each clip, with its class token.
     *
     * @param from  the first
     * @param count how many
     */
    public TokenBatch rows(int from, int count) {
        if (from == 0 && count == time) {
            return this;
        }
        Layers some = layers == null
                ? null
                : new Layers(layers.tokens.slice(2, (long) from * freq, (long) count * freq), layers.cls);
        return new TokenBatch(tokens.slice(1, (long) from * freq, (long) count * freq), cls, count, freq, some);
    }

    /** Positions of maps of one grid, those of the first map's first; each list can be a batch. */
    static Collection<List<Integer>> alike(List<TokenMap> maps) {
        Map<String, List<Integer>> byGrid = new LinkedHashMap<>();
        for (int i = 0; i < maps.size(); i++) {
            byGrid.computeIfAbsent(maps.get(i).sizes(), _ -> new ArrayList<>()).add(i);
        }
        return byGrid.values();
    }

    /** The token maps of the clips, without layers. */
    public List<TokenMap> maps() {
        float[] all = tokens.toFloats();
        float[] allCls = cls == null ? null : cls.toFloats();
        int values = all.length / size();
        List<TokenMap> maps = new ArrayList<>();
        for (int i = 0; i < size(); i++) {
            maps.add(new TokenMap(
                    time,
                    freq,
                    dim(),
                    Arrays.copyOfRange(all, i * values, (i + 1) * values),
                    allCls == null ? null : Arrays.copyOfRange(allCls, i * dim(), (i + 1) * dim())));
        }
        return maps;
    }

    /** @throws IllegalArgumentException if the tokens are not as long as the probe expects */
    public void requireDimOf(Probe probe) {
        if (dim() != probe.dim()) {
            throw new IllegalArgumentException("probe " + probe.name() + ": tokens have dim " + dim()
                    + ", the probe has " + probe.dim() + ": use tokens of the encoder it was made for");
        }
    }

    /**
     * The cls tokens.
     *
     * @throws IllegalArgumentException if there are none
     */
    public Tensor requireCls(Probe probe) {
        if (cls == null) {
            throw new IllegalArgumentException(
                    "probe " + probe.name() + ": it was made for tokens with a cls token, the batch has none: use a"
                            + " probe that pools patch tokens (linear-mean), or tokens of the encoder"
                            + " it was trained on");
        }
        return cls;
    }

    /** Number of clips. */
    public int size() {
        return Math.toIntExact(tokens.size(0));
    }

    /** Numbers a token. */
    public int dim() {
        return Math.toIntExact(tokens.size(2));
    }
}
