package org.unmute.probes.train;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;

/** Encoder features of clips, held in memory, with or without the tokens of layers. */
final class MemorySource implements TokenSource {
    private final List<Features> clips;

    MemorySource(List<Features> clips) {
        if (clips.isEmpty()) {
            throw new IllegalArgumentException("token source: no clips");
        }
        this.clips = List.copyOf(clips);
        for (int i = 0; i < clips.size(); i++) {
            grid(0).requireSameTokens("clip " + i, grid(i));
            int own = clips.get(i).layers().size();
            if (own != layers()) {
                throw new IllegalArgumentException("token source: clip " + i + " has " + own + " layers, the first has "
                        + layers() + ": ask the encoder for the same of every clip");
            }
        }
    }

    @Override
    public int clips() {
        return clips.size();
    }

    @Override
    public TokenGrid grid(int clip) {
        return TokenGrid.of(clips.get(clip).tokens());
    }

    @Override
    public int sound(int clip) {
        return clips.get(clip).tokens().sound();
    }

    @Override
    public int layers() {
        return clips.getFirst().layers().size();
    }

    @Override
    public void read(int clip, float[] tokens, int tokensAt, float[] cls, int clsAt) {
        copy(clips.get(clip).tokens(), tokens, tokensAt, cls, clsAt);
    }

    @Override
    public void readLayers(
            int clip, float[] tokens, int tokensAt, int tokensStep, float[] cls, int clsAt, int clsStep) {
        for (int l = 0; l < layers(); l++) {
            copy(clips.get(clip).layers().get(l), tokens, tokensAt + l * tokensStep, cls, clsAt + l * clsStep);
        }
    }

    private static void copy(TokenMap m, float[] tokens, int tokensAt, float[] cls, int clsAt) {
        System.arraycopy(m.tokens(), 0, tokens, tokensAt, m.tokens().length);
        if (m.cls() != null) {
            System.arraycopy(m.cls(), 0, cls, clsAt, m.dim());
        }
    }

    @Override
    public String fingerprint() {
        String last = "memory-" + fingerprint(values(clips.stream().map(Features::tokens)));
        return layers() == 0
                ? last
                : last + "-layers-" + fingerprint(values(clips.stream().flatMap(f -> f.layers().stream())));
    }

    private static Stream<float[]> values(Stream<TokenMap> maps) {
        return maps.flatMap(m -> Stream.of(m.tokens(), m.cls()));
    }

    /** A text that differs if the values differ; arrays that are missing do not count. */
    static String fingerprint(Stream<float[]> arrays) {
        CRC32C crc = new CRC32C();
        arrays.filter(Objects::nonNull).forEach(values -> {
            ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(4, values.length));
            bytes.asFloatBuffer().put(values);
            crc.update(bytes);
        });
        return Long.toHexString(crc.getValue());
    }
}
