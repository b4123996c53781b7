package org.unmute.probes.stretch;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.unmute.probes.train.TokenGrid;
import org.unmute.probes.train.TokenSource;
import org.unmute.tensor.DType;

/**
 * Stretches of other clips: some of their rows. They are held in memory, since a clip may be much longer, and each clip
 * is read once. Rows are the leading axis, so a stretch is a part of the tokens.
 */
public final class Stretches implements TokenSource {
    private final TokenSource all;
    private final List<Stretch> stretches;
    /** The tokens of each stretch, as the clips are stored. */
    private final float[][] tokens;

    private final short[][] halves;
    private final float[][] cls;
    /** {@code [layers, tokens * dim]} and {@code [layers, dim]} of each stretch; null without layers. */
    private final float[][] layerTokens;

    private final float[][] layerCls;

    /**
     * A part of a clip.
     *
     * @param clip its index
     * @param from first row
     * @param to   row after the last one
     */
    public record Stretch(int clip, int from, int to) {}

    /**
     * Reads stretches; the cls token of a stretch is that of its whole clip.
     *
     * @throws IllegalArgumentException if a stretch has no rows, or rows that its clip does not have
     * @throws IOException if a clip cannot be read
     */
    public Stretches(TokenSource all, List<Stretch> stretches) throws IOException {
        this.all = all;
        this.stretches = List.copyOf(stretches);
        for (Stretch s : this.stretches) {
            if (s.from() < 0
                    || s.to() <= s.from()
                    || s.to() > all.grid(s.clip()).time()) {
                throw new IllegalArgumentException(
                        "token source: rows " + s.from() + " to " + s.to() + " are no stretch" + " of clip " + s.clip()
                                + ", which has " + all.grid(s.clip()).time() + " rows");
            }
        }
        tokens = new float[stretches.size()][];
        halves = new short[stretches.size()][];
        cls = new float[stretches.size()][];
        layerTokens = new float[stretches.size()][];
        layerCls = new float[stretches.size()][];
        fill();
    }

    private void fill() throws IOException {
        int[] byClip = IntStream.range(0, stretches.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> stretches.get(i).clip()))
                .mapToInt(i -> i)
                .toArray();
        Whole whole = null;
        for (int i : byClip) {
            Stretch own = stretches.get(i);
            whole = whole == null || whole.clip != own.clip() ? new Whole(own.clip()) : whole;
            TokenGrid grid = all.grid(own.clip());
            int from = own.from() * grid.freq() * grid.dim();
            int length = values(grid(i));
            cls[i] = whole.cls;
            if (whole.halves != null) {
                halves[i] = Arrays.copyOfRange(whole.halves, from, from + length);
            } else {
                tokens[i] = Arrays.copyOfRange(whole.tokens, from, from + length);
            }
            if (layers() > 0) {
                layerCls[i] = whole.layerCls;
                layerTokens[i] = new float[layers() * length];
                for (int l = 0; l < layers(); l++) {
                    System.arraycopy(whole.layers, l * values(grid) + from, layerTokens[i], l * length, length);
                }
            }
        }
    }

    /** A clip as a whole. */
    private final class Whole {
        private final int clip;
        private final float[] cls;
        private float[] tokens;
        private short[] halves;
        private float[] layers;
        private float[] layerCls;

        Whole(int clip) throws IOException {
            this.clip = clip;
            TokenGrid grid = all.grid(clip);
            int dim = grid.cls() ? grid.dim() : 0;
            cls = new float[dim];
            if (stored() == DType.F16) {
                halves = new short[values(grid)];
                all.readHalves(clip, halves, 0, cls, 0);
            } else {
                tokens = new float[values(grid)];
                all.read(clip, tokens, 0, cls, 0);
            }
            if (layers() > 0) {
                layers = new float[Math.multiplyExact(layers(), values(grid))];
                layerCls = new float[layers() * dim];
                all.readLayers(clip, layers, 0, values(grid), layerCls, 0, dim);
            }
        }
    }

    private static int values(TokenGrid grid) {
        return Math.multiplyExact(grid.tokens(), grid.dim());
    }

    @Override
    public int clips() {
        return stretches.size();
    }

    @Override
    public boolean isSoundOnly() {
        return all.isSoundOnly();
    }

    @Override
    public TokenGrid grid(int clip) {
        Stretch own = stretches.get(clip);
        TokenGrid whole = all.grid(own.clip());
        return new TokenGrid(own.to() - own.from(), whole.freq(), whole.dim(), whole.cls());
    }

    @Override
    public int layers() {
        return all.layers();
    }

    @Override
    public DType stored() {
        return all.stored();
    }

    @Override
    public void read(int clip, float[] to, int tokensAt, float[] toCls, int clsAt) {
        int length = values(grid(clip));
        if (halves[clip] != null) {
            for (int i = 0; i < length; i++) {
                to[tokensAt + i] = Float.float16ToFloat(halves[clip][i]);
            }
        } else {
            System.arraycopy(tokens[clip], 0, to, tokensAt, length);
        }
        System.arraycopy(cls[clip], 0, toCls, clsAt, cls[clip].length);
    }

    @Override
    public void readHalves(int clip, short[] to, int tokensAt, float[] toCls, int clsAt) throws IOException {
        if (halves[clip] == null) {
            TokenSource.super.readHalves(clip, to, tokensAt, toCls, clsAt);
            return;
        }
        System.arraycopy(halves[clip], 0, to, tokensAt, halves[clip].length);
        System.arraycopy(cls[clip], 0, toCls, clsAt, cls[clip].length);
    }

    @Override
    public void readLayers(int clip, float[] to, int tokensAt, int tokensStep, float[] toCls, int clsAt, int clsStep)
            throws IOException {
        if (layers() == 0) {
            TokenSource.super.readLayers(clip, to, tokensAt, tokensStep, toCls, clsAt, clsStep);
            return;
        }
        int length = values(grid(clip));
        int dim = cls[clip].length;
        for (int l = 0; l < layers(); l++) {
            System.arraycopy(layerTokens[clip], l * length, to, tokensAt + l * tokensStep, length);
            System.arraycopy(layerCls[clip], l * dim, toCls, clsAt + l * clsStep, dim);
        }
    }

    @Override
    public String fingerprint() {
        return all.fingerprint() + "-stretches-"
                + Integer.toHexString(Arrays.hashCode(stretches.stream()
                        .mapToInt(s -> 31 * (31 * s.clip() + s.from()) + s.to())
                        .toArray()));
    }
}
