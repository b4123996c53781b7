package org.unmute.probes.train;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.unmute.tensor.DType;

/** The clips of several sources, concatenated, such as those of two caches. */
final class JoinedSource implements TokenSource {
    private final List<TokenSource> parts;
    /** Index of the first clip of each part, then the number of all clips. */
    private final int[] first;

    JoinedSource(List<TokenSource> parts) {
        this.parts = List.copyOf(parts);
        first = new int[parts.size() + 1];
        for (int i = 0; i < parts.size(); i++) {
            TokenSource part = parts.get(i);
            parts.getFirst().grid().requireSameTokens("part " + i, part.grid());
            if (part.stored() != parts.getFirst().stored()
                    || part.layers() != parts.getFirst().layers()
                    || part.isSoundOnly() != parts.getFirst().isSoundOnly()) {
                throw new IllegalArgumentException("token source: part " + i + " stores " + part.stored() + " of "
                        + part.layers() + " layers, the first "
                        + parts.getFirst().stored() + " of "
                        + parts.getFirst().layers()
                        + " layers, and both with padding or none: make both caches with the same"
                        + " options and version");
            }
            first[i + 1] = Math.addExact(first[i], part.clips());
        }
    }

    private int part(int clip) {
        int i = 0;
        while (clip >= first[i + 1]) {
            i++;
        }
        return i;
    }

    @Override
    public int clips() {
        return first[parts.size()];
    }

    @Override
    public TokenGrid grid(int clip) {
        int i = part(clip);
        return parts.get(i).grid(clip - first[i]);
    }

    @Override
    public void read(int clip, float[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException {
        int i = part(clip);
        parts.get(i).read(clip - first[i], tokens, tokensAt, cls, clsAt);
    }

    @Override
    public DType stored() {
        return parts.getFirst().stored();
    }

    @Override
    public void readHalves(int clip, short[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException {
        int i = part(clip);
        parts.get(i).readHalves(clip - first[i], tokens, tokensAt, cls, clsAt);
    }

    @Override
    public int layers() {
        return parts.getFirst().layers();
    }

    @Override
    public void readLayers(int clip, float[] tokens, int tokensAt, int tokensStep, float[] cls, int clsAt, int clsStep)
            throws IOException {
        int i = part(clip);
        parts.get(i).readLayers(clip - first[i], tokens, tokensAt, tokensStep, cls, clsAt, clsStep);
    }

    @Override
    public boolean isSoundOnly() {
        return parts.getFirst().isSoundOnly();
    }

    @Override
    public String fingerprint() {
        return parts.stream().map(TokenSource::fingerprint).collect(Collectors.joining("+"));
    }
}
