package org.unmute.probes.train;

import java.io.IOException;
import java.util.stream.IntStream;
import org.unmute.tensor.DType;

/** Clips without their padding rows. Rows are the leading axis, so a clip without padding is a prefix of its tokens. */
record SoundOnlySource(TokenSource all) implements TokenSource {
    @Override
    public int clips() {
        return all.clips();
    }

    @Override
    public boolean isSoundOnly() {
        return true;
    }

    @Override
    public TokenGrid grid(int clip) {
        return all.grid(clip).ofRows(all.sound(clip));
    }

    private boolean isWhole(int clip) {
        return all.sound(clip) == all.grid(clip).time();
    }

    private int values(TokenGrid grid) {
        return Math.multiplyExact(grid.tokens(), grid.dim());
    }

    @Override
    public void read(int clip, float[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException {
        if (isWhole(clip)) {
            all.read(clip, tokens, tokensAt, cls, clsAt);
            return;
        }
        float[] whole = new float[values(all.grid(clip))];
        all.read(clip, whole, 0, cls, clsAt);
        System.arraycopy(whole, 0, tokens, tokensAt, values(grid(clip)));
    }

    @Override
    public DType stored() {
        return all.stored();
    }

    @Override
    public void readHalves(int clip, short[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException {
        if (isWhole(clip)) {
            all.readHalves(clip, tokens, tokensAt, cls, clsAt);
            return;
        }
        short[] whole = new short[values(all.grid(clip))];
        all.readHalves(clip, whole, 0, cls, clsAt);
        System.arraycopy(whole, 0, tokens, tokensAt, values(grid(clip)));
    }

    @Override
    public int layers() {
        return all.layers();
    }

    @Override
    public void readLayers(int clip, float[] tokens, int tokensAt, int tokensStep, float[] cls, int clsAt, int clsStep)
            throws IOException {
        if (isWhole(clip)) {
            all.readLayers(clip, tokens, tokensAt, tokensStep, cls, clsAt, clsStep);
            return;
        }
        int layer = values(all.grid(clip));
        float[] whole = new float[Math.multiplyExact(layers(), layer)];
        all.readLayers(clip, whole, 0, layer, cls, clsAt, clsStep);
        for (int l = 0; l < layers(); l++) {
            System.arraycopy(whole, l * layer, tokens, tokensAt + l * tokensStep, values(grid(clip)));
        }
    }

    @Override
    public String fingerprint() {
        return fingerprint(all);
    }

    /** Fingerprint of a source without padding. It depends on where the sound of each clip ends. */
    static String fingerprint(TokenSource all) {
        int rows = IntStream.range(0, all.clips()).map(all::sound).reduce(1, (hash, sound) -> 31 * hash + sound);
        return all.fingerprint() + "-sound-only-" + Integer.toHexString(rows);
    }
}
