package org.unmute.probes.train;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.unmute.tensor.DType;

/** Stretches of other clips: some of their rows. Rows are the leading axis, so a stretch is a part of the tokens. */
final class Stretches implements TokenSource {
    private final TokenSource all;
    private final List<TokenSource.Stretch> stretches;

    Stretches(TokenSource all, List<TokenSource.Stretch> stretches) {
        this.all = all;
        this.stretches = List.copyOf(stretches);
        for (TokenSource.Stretch s : this.stretches) {
            if (s.from() < 0
                    || s.to() <= s.from()
                    || s.to() > all.grid(s.clip()).time()) {
                throw new IllegalArgumentException(
                        "token source: rows " + s.from() + " to " + s.to() + " are no stretch of" + " clip " + s.clip()
                                + ", which has " + all.grid(s.clip()).time() + " rows");
            }
        }
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
        TokenSource.Stretch own = stretches.get(clip);
        return all.grid(own.clip()).ofRows(own.to() - own.from());
    }

    @Override
    public int layers() {
        return all.layers();
    }

    private static int values(TokenGrid grid) {
        return Math.multiplyExact(grid.tokens(), grid.dim());
    }

    /** Index of the first value of a stretch in its clip. */
    private int first(TokenSource.Stretch own) {
        TokenGrid grid = all.grid(own.clip());
        return own.from() * grid.freq() * grid.dim();
    }

    @Override
    public void read(int clip, float[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException {
        TokenSource.Stretch own = stretches.get(clip);
        float[] whole = new float[values(all.grid(own.clip()))];
        all.read(own.clip(), whole, 0, cls, clsAt);
        System.arraycopy(whole, first(own), tokens, tokensAt, values(grid(clip)));
    }

    @Override
    public DType stored() {
        return all.stored();
    }

    @Override
    public void readHalves(int clip, short[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException {
        TokenSource.Stretch own = stretches.get(clip);
        short[] whole = new short[values(all.grid(own.clip()))];
        all.readHalves(own.clip(), whole, 0, cls, clsAt);
        System.arraycopy(whole, first(own), tokens, tokensAt, values(grid(clip)));
    }

    @Override
    public void readLayers(int clip, float[] tokens, int tokensAt, int tokensStep, float[] cls, int clsAt, int clsStep)
            throws IOException {
        TokenSource.Stretch own = stretches.get(clip);
        int layer = values(all.grid(own.clip()));
        float[] whole = new float[Math.multiplyExact(layers(), layer)];
        all.readLayers(own.clip(), whole, 0, layer, cls, clsAt, clsStep);
        for (int l = 0; l < layers(); l++) {
            System.arraycopy(whole, l * layer + first(own), tokens, tokensAt + l * tokensStep, values(grid(clip)));
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
