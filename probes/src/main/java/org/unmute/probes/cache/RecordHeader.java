package org.unmute.probes.cache;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;

/** The header before a record's payload. */
record RecordHeader(
        String clip,
        String audioSha256,
        int time,
        int freq,
        int dim,
        boolean cls,
        int padding,
        int layers,
        long keyFingerprint,
        long payloadBytes,
        int payloadChecksum,
        int bytes) {

    /** "\x89TOKREC\n" read as a little-endian long. */
    static final long MAGIC = 0x0A4345524B4F5489L;

    static final int FIXED_BYTES = 84;
    /** Flag: the cls token is stored. */
    private static final int CLS = 1;
    /** Flag: the number of padding rows is known. Records of earlier versions lack it. */
    private static final int PADDING_KNOWN = 2;
    /** Lowest bit of the number of padding rows in the flags. */
    private static final int PADDING_SHIFT = 2;
    /** Max number of padding rows, which has 14 bits in the flags. */
    static final int MAX_PADDING = 0x3fff;
    /** Lowest bit of the number of layers in the flags. */
    private static final int LAYERS_SHIFT = 16;

    static final int MAX_CLIP_BYTES = 4096;
    static final int MIN_BYTES = FIXED_BYTES + 1 + 4;
    static final int MAX_BYTES = FIXED_BYTES + MAX_CLIP_BYTES + 4;
    private static final ValueLayout.OfInt INT = ShardHeader.INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static int bytesFor(byte[] clip) {
        return FIXED_BYTES + clip.length + 4;
    }

    /** Writes a header into the first bytes of {@code out}. */
    static void encode(
            ByteBuffer out,
            byte[] clip,
            byte[] audioHash,
            Features features,
            long fingerprint,
            long payloadBytes,
            int payloadChecksum) {
        int bytes = bytesFor(clip);
        TokenMap t = features.tokens();
        out.putLong(0, MAGIC);
        out.putInt(8, bytes)
                .putInt(
                        12,
                        (t.cls() == null ? 0 : CLS)
                                | (t.isSoundKnown() ? PADDING_KNOWN | t.padding() << PADDING_SHIFT : 0)
                                | features.layers().size() << LAYERS_SHIFT);
        out.putInt(16, t.time()).putInt(20, t.freq()).putInt(24, t.dim()).putInt(28, payloadChecksum);
        out.putLong(32, fingerprint).putLong(40, payloadBytes);
        out.put(48, audioHash);
        out.putInt(80, clip.length);
        out.put(FIXED_BYTES, clip);
        out.putInt(bytes - 4, Payload.checksum(out.slice(0, bytes - 4)));
    }

    /**
     * Reads the header at an offset; null if the bytes there are not an intact header. The payload may extend beyond
     * the end of the file.
     *
     * @param file {@link #MAX_BYTES} bytes from the offset on, or fewer at the end of the file
     */
    static @Nullable RecordHeader parse(MemorySegment file, long at) {
        long left = file.byteSize() - at;
        if (left < MIN_BYTES || file.get(LONG, at) != MAGIC) {
            return null;
        }
        int bytes = file.get(INT, at + 8);
        int clipBytes = file.get(INT, at + 80);
        if (bytes < MIN_BYTES || bytes > MAX_BYTES || bytes > left || clipBytes != bytes - FIXED_BYTES - 4) {
            return null;
        }
        if (Payload.checksum(file.asSlice(at, bytes - 4L).asByteBuffer()) != file.get(INT, at + bytes - 4)) {
            return null;
        }
        int flags = file.get(INT, at + 12);
        byte[] hash = file.asSlice(at + 48, 32).toArray(ValueLayout.JAVA_BYTE);
        byte[] clip = file.asSlice(at + FIXED_BYTES, clipBytes).toArray(ValueLayout.JAVA_BYTE);
        return new RecordHeader(
                new String(clip, StandardCharsets.UTF_8),
                HexFormat.of().formatHex(hash),
                file.get(INT, at + 16),
                file.get(INT, at + 20),
                file.get(INT, at + 24),
                (flags & CLS) != 0,
                (flags & PADDING_KNOWN) != 0 ? flags >>> PADDING_SHIFT & MAX_PADDING : TokenMap.UNKNOWN,
                flags >>> LAYERS_SHIFT,
                file.get(LONG, at + 32),
                file.get(LONG, at + 40),
                file.get(INT, at + 28),
                bytes);
    }

    /** Whether the sizes imply exactly the stated payload size, so that no read can go beyond it. */
    boolean sizesFit(@Nullable CacheKey key) {
        if (time < 1 || freq < 1 || dim < 1 || padding >= time || layers != key.layers()) {
            return false;
        }
        try {
            return payloadBytes <= Integer.MAX_VALUE
                    && payloadBytes == Payload.bytes(time, freq, dim, cls, layers, key.dtype());
        } catch (ArithmeticException e) {
            return false;
        }
    }

    /** Offset of the first intact header in a block, at most {@code last}; -1 if there is none. */
    static long find(MemorySegment block, long last) {
        for (long at = 0; at <= last; at++) {
            if (block.get(LONG, at) == MAGIC && parse(block, at) != null) {
                return at;
            }
        }
        return -1;
    }

    /** Whether the rest of a file could be the start of an unfinished record. */
    static boolean couldBeTorn(MemorySegment rest, long left) {
        for (int i = 0; i < Math.min(8, left); i++) {
            if (rest.get(ValueLayout.JAVA_BYTE, i) != (byte) (MAGIC >>> 8 * i)) {
                return false;
            }
        }
        return left < 12 || rest.get(INT, 8) > left;
    }

    /** The bytes of a clip's id, checked. */
    static byte[] checkedId(String clipId) {
        byte[] id = clipId.getBytes(StandardCharsets.UTF_8);
        if (id.length == 0 || id.length > MAX_CLIP_BYTES || clipId.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "token cache: clip ids hold 1 to " + MAX_CLIP_BYTES + " bytes and no NUL: '" + clipId + "'");
        }
        return id;
    }

    /** The bytes of a clip's audio hash, checked. */
    static byte[] checkedHash(String clipId, @Nullable String audioSha256) {
        if (!audioSha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("token cache: clip '" + clipId
                    + "': an audio hash has 64 lower-case hex digits: '" + audioSha256 + "'");
        }
        return HexFormat.of().parseHex(audioSha256);
    }
}
