package org.unmute.probes.cache;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.DType;

/** The header of a shard file: its number and the key of its records. */
record ShardHeader(int shard, CacheKey key, int bytes) {
    private static final byte[] MAGIC = "UNMUTOKS".getBytes(StandardCharsets.US_ASCII);
    /** Version of caches that store only the last layer's tokens. */
    private static final int VERSION = 1;
    /** Version of caches that store the tokens of all layers; the number of layers follows the texts. */
    private static final int LAYERS_VERSION = 2;

    private static final int FIXED_BYTES = 24;
    static final int MAX_BYTES = FIXED_BYTES + 4 * (4 + CacheKey.MAX_TEXT_BYTES) + 4 + 4;
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static byte[] encode(int shard, CacheKey key) {
        List<byte[]> texts = Stream.of(key.encoder(), key.encoderHash(), key.frontEnd(), key.frontEndHash())
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
        int bytes = FIXED_BYTES + 4 + (key.layers() > 0 ? 4 : 0);
        for (byte[] t : texts) {
            bytes += 4 + t.length;
        }
        ByteBuffer out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC)
                .putInt(key.layers() > 0 ? LAYERS_VERSION : VERSION)
                .putInt(bytes)
                .putInt(shard)
                .putInt(key.dtype() == DType.F16 ? 1 : 2);
        for (byte[] t : texts) {
            out.putInt(t.length).put(t);
        }
        if (key.layers() > 0) {
            out.putInt(key.layers());
        }
        return out.putInt(Payload.checksum(out.duplicate().flip())).array();
    }

    /**
     * Reads a header.
     *
     * @param file at least its first {@link #MAX_BYTES} bytes, or the whole file if it is shorter
     * @return the header; null if the bytes are not an intact header
     * @throws TokenCacheException if the header is intact but has an unknown version
     */
    static @Nullable ShardHeader parse(MemorySegment file, String name) throws TokenCacheException {
        if (file.byteSize() < FIXED_BYTES
                || file.asSlice(0, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) >= 0) {
            return null;
        }
        int bytes = file.get(INT, 12);
        if (bytes < FIXED_BYTES + 4 || bytes > MAX_BYTES || bytes > file.byteSize()) {
            return null;
        }
        if (Payload.checksum(file.asSlice(0, bytes - 4L).asByteBuffer()) != file.get(INT, bytes - 4L)) {
            return null;
        }
        int version = file.get(INT, 8);
        int dtype = file.get(INT, 20);
        if (version < VERSION || version > LAYERS_VERSION || dtype < 1 || dtype > 2) {
            throw new TokenCacheException("token cache: " + name + " has format version " + version + ", dtype code "
                    + dtype + "; this program reads versions " + VERSION + " and " + LAYERS_VERSION
                    + ": use the program that wrote it or another folder");
        }
        ByteBuffer in = file.asSlice(FIXED_BYTES, bytes - FIXED_BYTES - 4L)
                .asByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN);
        String[] texts = new String[4];
        for (int i = 0; i < 4; i++) {
            if (in.remaining() < 4) {
                return null;
            }
            int length = in.getInt();
            if (length < 1 || length > in.remaining()) {
                return null;
            }
            byte[] text = new byte[length];
            in.get(text);
            texts[i] = new String(text, StandardCharsets.UTF_8);
        }
        int layers = version == VERSION ? 0 : in.remaining() == 4 ? in.getInt() : -1;
        if (layers < 0 || layers > CacheKey.MAX_LAYERS) {
            return null;
        }
        try {
            CacheKey key =
                    new CacheKey(texts[0], texts[1], texts[2], texts[3], dtype == 1 ? DType.F16 : DType.F32, layers);
            return new ShardHeader(file.get(INT, 16), key, bytes);
        } catch (IllegalArgumentException e) {
            // A text that no writer accepts: too long, or longer than the stored bytes because they are not valid
            // UTF-8.
            return null;
        }
    }

    /** Whether the whole file could be the start of an unfinished header. */
    static boolean couldBeTorn(MemorySegment file) {
        int magic = (int) Math.min(MAGIC.length, file.byteSize());
        boolean begins =
                file.asSlice(0, magic).mismatch(MemorySegment.ofArray(MAGIC).asSlice(0, magic)) < 0;
        return begins && (file.byteSize() < 16 || file.byteSize() < Math.min(MAX_BYTES, file.get(INT, 12)));
    }
}
