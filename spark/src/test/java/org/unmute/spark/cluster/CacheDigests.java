package org.unmute.spark.cluster;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;

/** Digests of the clips in a token cache, independent of their shards. */
final class CacheDigests {
    private CacheDigests() {}

    /**
     * For each clip, a digest of its audio's digest, its grid and the bits of its tokens. Fails if any clip is damaged.
     */
    static SortedMap<String, String> of(Path folder) throws IOException {
        SortedMap<String, String> digests = new TreeMap<>();
        try (TokenCache cache = TokenCache.open(folder)) {
            if (!cache.damage().isEmpty() || !cache.verify().isEmpty()) {
                throw new AssertionError(folder + " is damaged: " + cache.damage() + cache.verify());
            }
            for (CachedClip clip : cache.clips()) {
                digests.put(clip.id(), digest(clip, cache.read(clip.id())));
            }
        }
        return digests;
    }

    private static String digest(CachedClip clip, TokenMap map) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update((clip.audioSha256() + " " + map.sizes()).getBytes(StandardCharsets.UTF_8));
            sha.update(bits(map.tokens()));
            sha.update(bits(map.cls() == null ? new float[0] : map.cls()));
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] bits(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
        for (float value : values) {
            bytes.putInt(Float.floatToRawIntBits(value));
        }
        return bytes.array();
    }
}
