package org.unmute.probes.cache;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import org.unmute.audio.Resampler;
import org.unmute.files.Sha256;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.tensor.DType;

/**
 * The properties that all records of a cache folder share.
 *
 * @param encoder description of the encoder, for messages ("EAT base, epoch 30")
 * @param encoderHash hash of its weights and settings; equal for the same encoder only
 * @param frontEnd description of the front end, for messages
 * @param frontEndHash hash of its settings; equal for the same front end only
 * @param dtype {@link DType#F16} or {@link DType#F32}
 * @param layers number of layers whose tokens are stored in addition to the last one's: all blocks of the encoder, or 0
 */
public record CacheKey(
        String encoder, String encoderHash, String frontEnd, String frontEndHash, DType dtype, int layers) {
    static final int MAX_TEXT_BYTES = 8192;
    static final int MAX_LAYERS = 1 << 15;

    /** @throws IllegalArgumentException for an empty or overlong text or another dtype */
    public CacheKey {
        for (String text : new String[] {encoder, encoderHash, frontEnd, frontEndHash}) {
            if (text.isEmpty() || text.getBytes(StandardCharsets.UTF_8).length > MAX_TEXT_BYTES) {
                throw new IllegalArgumentException(
                        "token cache: key texts hold 1 to " + MAX_TEXT_BYTES + " bytes: '" + text + "'");
            }
        }
        if (dtype != DType.F16 && dtype != DType.F32) {
            throw new IllegalArgumentException("token cache: stores F16 or F32, not " + dtype);
        }
        if (layers < 0 || layers > MAX_LAYERS) {
            throw new IllegalArgumentException("token cache: stores 0 to " + MAX_LAYERS + " layers, not " + layers);
        }
    }

    /** Tokens of the last layer only. */
    public CacheKey(String encoder, String encoderHash, String frontEnd, String frontEndHash, DType dtype) {
        this(encoder, encoderHash, frontEnd, frontEndHash, dtype, 0);
    }

    /** A copy of this key for a cache that also stores the tokens of this many layers. */
    public CacheKey withLayers(int count) {
        return new CacheKey(encoder, encoderHash, frontEnd, frontEndHash, dtype, count);
    }

    /**
     * The key for the tokens of an encoder, as the command line computes it.
     *
     * @param encoder the encoder's description; the same weights with other settings count as another encoder
     * @param fileSha256 SHA-256 of the encoder's file, lower-case hexadecimal ({@link Sha256#of(java.nio.file.Path)})
     * @param resampling how recordings of other rates are converted
     * @param dtype {@link DType#F16} or {@link DType#F32}
     */
    public static CacheKey of(EncoderSpec encoder, String fileSha256, Resampler.Kernel resampling, DType dtype) {
        String network = encoder.name() + ": " + encoder.description();
        String frontEnd =
                encoder.frontEnd() + ", resampling " + resampling.name().toLowerCase(Locale.ROOT);
        return new CacheKey(network, Sha256.of(fileSha256 + network), frontEnd, Sha256.of(frontEnd), dtype);
    }

    /** Whether both keys describe the same tokens: equal hashes, dtype and layers. Descriptions do not matter. */
    boolean matches(CacheKey other) {
        return encoderHash.equals(other.encoderHash)
                && frontEndHash.equals(other.frontEndHash)
                && dtype == other.dtype
                && layers == other.layers;
    }

    /**
     * The first eight bytes of a SHA-256 over the fields that {@link #matches} compares. Every record stores it, so
     * that records can be identified without the shard's header.
     */
    long fingerprint() {
        MessageDigest digest = Sha256.digest();
        for (String part : new String[] {encoderHash, frontEndHash, dtype.name()}) {
            digest.update(part.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        }
        if (layers > 0) {
            digest.update(("layers " + layers).getBytes(StandardCharsets.UTF_8));
        }
        return Long.parseUnsignedLong(HexFormat.of().formatHex(digest.digest(), 0, 8), 16);
    }

    @Override
    public String toString() {
        return "encoder '" + encoder + "' (" + encoderHash + "), front end '" + frontEnd + "' (" + frontEndHash + "), "
                + dtype + (layers == 0 ? ", last layer" : ", last layer and all " + layers + " blocks");
    }
}
