package org.unmute.probes.train;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.Tensor;

/** Token maps in memory. */
final class MemorySource implements TokenSource {
    private final List<TokenMap> maps;

    MemorySource(List<TokenMap> maps) {
        if (maps.isEmpty()) {
            throw new IllegalArgumentException("token source: no token maps");
        }
        this.maps = List.copyOf(maps);
        TokenGrid first = TokenGrid.of(maps.getFirst());
        for (int i = 0; i < maps.size(); i++) {
            first.requireSameTokens("map " + i, TokenGrid.of(maps.get(i)));
        }
    }

    @Override
    public int clips() {
        return maps.size();
    }

    @Override
    public TokenGrid grid(int clip) {
        return TokenGrid.of(maps.get(clip));
    }

    @Override
    public void read(int clip, float[] tokens, int tokensAt, float[] cls, int clsAt) {
        copy(maps.get(clip), tokens, tokensAt, cls, clsAt);
    }

    static void copy(TokenMap m, float[] tokens, int tokensAt, float[] cls, int clsAt) {
        System.arraycopy(m.tokens(), 0, tokens, tokensAt, m.tokens().length);
        if (m.cls() != null) {
            System.arraycopy(m.cls(), 0, cls, clsAt, m.dim());
        }
    }

    @Override
    public String fingerprint() {
        CRC32C crc = new CRC32C();
        for (TokenMap m : maps) {
            update(crc, m.tokens());
            if (m.cls() != null) {
                update(crc, m.cls());
            }
        }
        return "memory-" + Long.toHexString(crc.getValue());
    }

    /** A text that differs if values differ. */
    static String fingerprint(Iterable<Tensor> tensors) {
        CRC32C crc = new CRC32C();
        tensors.forEach(t -> update(crc, t.toFloats()));
        return Long.toHexString(crc.getValue());
    }

    static void update(CRC32C crc, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(4, values.length));
        bytes.asFloatBuffer().put(values);
        crc.update(bytes);
    }
}
