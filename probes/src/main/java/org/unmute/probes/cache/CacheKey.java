package org.unmute.probes.cache;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.unmute.tensor.DType;

/**
 * What every record of a cache folder has in common.
 *
 * @param encoder the encoder in words, for messages ("EAT base, epoch 30")
 * @param encoderHash hash of its weights and settings; decides whether two encoders are the same
 * @param frontEnd the front end in words
 * @param frontEndHash hash of its settings; decides whether two front ends are the same
 * @param dtype {@link DType#F16} or {@link DType#F32}
 */
public record CacheKey(String encoder, String encoderHash, String frontEnd, String frontEndHash, DType dtype) {
    static final int MAX_TEXT_BYTES = 8192;

    /** @throws IllegalArgumentException for an empty or overlong text or another dtype */
    public CacheKey {
        for (String text : new String[] {encoder, encoderHash, frontEnd, frontEndHash}) {
            if (text.isEmpty() || text.getBytes(StandardCharsets.UTF_8).length > MAX_TEXT_BYTES) {
                throw new IllegalArgumentException("token cache: key texts hold 1 to " + MAX_TEXT_BYTES + " bytes: '" + text + "'");
            }
        }
        if (dtype != DType.F16 && dtype != DType.F32) {
            throw new IllegalArgumentException("token cache: stores F16 or F32, not " + dtype);
        }
    }

    /** Whether both describe the same tokens: equal hashes and dtype, whatever the words. */
    boolean matches(CacheKey other) {
        return encoderHash.equals(other.encoderHash) && frontEndHash.equals(other.frontEndHash) && dtype == other.dtype;
    }

    /** First eight bytes of a SHA-256 over what {@link #matches} compares; in every record, so it outlives a shard's header. */
    long fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : new String[] {encoderHash, frontEndHash, dtype.name()}) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return Long.parseUnsignedLong(HexFormat.of().formatHex(digest.digest(), 0, 8), 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "encoder '" + encoder + "' (" + encoderHash + "), front end '" + frontEnd + "' (" + frontEndHash + "), " + dtype;
    }
}
