package org.unmute.probes.train;

import java.io.IOException;
import java.util.stream.Stream;
import org.unmute.probes.pool.Standardization;

/** Clips that are standardized as they are read, so that the statistics are computed once for many runs. */
record StandardizedSource(TokenSource raw, Standardization by) implements TokenSource {
    StandardizedSource {
        if (by.dim() != raw.grid().dim() || (by.clsMean() != null) != raw.grid().cls()) {
            throw new IllegalArgumentException("token source: standardization is of dim " + by.dim()
                    + (by.clsMean() == null ? " without cls" : " with cls") + ", the clips are " + raw.grid());
        }
    }

    @Override
    public int clips() {
        return raw.clips();
    }

    @Override
    public TokenGrid grid(int clip) {
        return raw.grid(clip);
    }

    @Override
    public int sound(int clip) {
        return raw.sound(clip);
    }

    @Override
    public boolean isSoundOnly() {
        return raw.isSoundOnly();
    }

    @Override
    public void read(int clip, float[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException {
        raw.read(clip, tokens, tokensAt, cls, clsAt);
        by.tokens(tokens, tokensAt, grid(clip).tokens());
        if (grid().cls()) {
            by.cls(cls, clsAt, 1);
        }
    }

    @Override
    public String fingerprint() {
        return raw.fingerprint() + "-standardized-"
                + MemorySource.fingerprint(
                        Stream.of(by.tokenMean(), by.tokenDeviation(), by.clsMean(), by.clsDeviation()));
    }
}
