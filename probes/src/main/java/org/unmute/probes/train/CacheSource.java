package org.unmute.probes.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.tensor.DType;

/** Clips of a token cache. */
final class CacheSource implements TokenSource {
    private final TokenCache cache;
    private final List<String> ids;
    private final TokenGrid[] grids;
    private final String fingerprint;

    CacheSource(TokenCache cache, List<String> clipIds) {
        this.cache = cache;
        this.ids = List.copyOf(clipIds);
        if (ids.isEmpty()) {
            throw new IllegalArgumentException("token source: no clips");
        }
        grids = new TokenGrid[ids.size()];
        CRC32C crc = new CRC32C();
        for (int i = 0; i < grids.length; i++) {
            String id = ids.get(i);
            CachedClip c = find(id);
            grids[i] = TokenGrid.of(c);
            grids[0].requireSameTokens("clip '" + id + "'", grids[i]);
            crc.update((id + '\n' + c.audioSha256() + '\n').getBytes(StandardCharsets.UTF_8));
        }
        CacheKey key = cache.key();
        fingerprint = "cache-" + key.encoderHash() + "-" + key.frontEndHash() + "-" + key.dtype() + "-"
                + (key.layers() > 0 ? key.layers() + "-layers-" : "") + Long.toHexString(crc.getValue());
    }

    private CachedClip find(String id) {
        return cache.find(id)
                .orElseThrow(() -> new IllegalArgumentException(
                        "token source: clip '" + id + "' is not in the cache: embed it first"));
    }

    @Override
    public int clips() {
        return ids.size();
    }

    @Override
    public TokenGrid grid(int clip) {
        return grids[clip];
    }

    @Override
    public void read(int clip, float[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException {
        cache.readInto(ids.get(clip), tokens, tokensAt, cls, clsAt);
    }

    @Override
    public DType stored() {
        return cache.key().dtype();
    }

    @Override
    public void readHalves(int clip, short[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException {
        if (stored() != DType.F16) {
            TokenSource.super.readHalves(clip, tokens, tokensAt, cls, clsAt);
        }
        cache.readHalvesInto(ids.get(clip), tokens, tokensAt, cls, clsAt);
    }

    @Override
    public int layers() {
        return cache.key().layers();
    }

    @Override
    public void readLayers(int clip, float[] tokens, int tokensAt, int tokensStep, float[] cls, int clsAt, int clsStep)
            throws IOException {
        cache.readLayersInto(ids.get(clip), tokens, tokensAt, tokensStep, cls, clsAt, clsStep);
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }
}
