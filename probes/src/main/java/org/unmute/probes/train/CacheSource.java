package org.unmute.probes.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.tensor.DType;

/** Clips of a token cache, with or without their padding rows. Padding that is left out is not read. */
final class CacheSource implements TokenSource {
    private final TokenCache cache;
    private final List<String> ids;
    private final TokenGrid[] grids;
    private final int[] sound;
    private final String fingerprint;
    private final boolean soundOnly;

    CacheSource(TokenCache cache, List<String> clipIds) {
        this.cache = cache;
        soundOnly = false;
        this.ids = List.copyOf(clipIds);
        if (ids.isEmpty()) {
            throw new IllegalArgumentException("token source: no clips");
        }
        grids = new TokenGrid[ids.size()];
        sound = new int[grids.length];
        CRC32C crc = new CRC32C();
        for (int i = 0; i < grids.length; i++) {
            String id = ids.get(i);
            CachedClip c = find(id);
            grids[i] = TokenGrid.of(c);
            sound[i] = c.sound();
            grids[0].requireSameTokens("clip '" + id + "'", grids[i]);
            crc.update((id + '\n' + c.audioSha256() + '\n').getBytes(StandardCharsets.UTF_8));
        }
        CacheKey key = cache.key();
        fingerprint = "cache-" + key.encoderHash() + "-" + key.frontEndHash() + "-" + key.dtype() + "-"
                + (key.layers() > 0 ? key.layers() + "-layers-" : "") + Long.toHexString(crc.getValue());
    }

    private CacheSource(CacheSource all) {
        cache = all.cache;
        ids = all.ids;
        sound = all.sound;
        soundOnly = true;
        grids = new TokenGrid[ids.size()];
        Arrays.setAll(grids, i -> all.grids[i].ofRows(sound[i]));
        fingerprint = SoundOnlySource.fingerprint(all);
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
    public int sound(int clip) {
        return sound[clip];
    }

    @Override
    public boolean isSoundOnly() {
        return soundOnly;
    }

    @Override
    public TokenSource soundOnly() {
        return soundOnly ? this : new CacheSource(this);
    }

    @Override
    public void read(int clip, float[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException {
        cache.readInto(ids.get(clip), grids[clip].time(), tokens, tokensAt, cls, clsAt);
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
        cache.readHalvesInto(ids.get(clip), grids[clip].time(), tokens, tokensAt, cls, clsAt);
    }

    @Override
    public int layers() {
        return cache.key().layers();
    }

    @Override
    public void readLayers(int clip, float[] tokens, int tokensAt, int tokensStep, float[] cls, int clsAt, int clsStep)
            throws IOException {
        cache.readLayersInto(ids.get(clip), grids[clip].time(), tokens, tokensAt, tokensStep, cls, clsAt, clsStep);
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }
}
