package org.unmute.audio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the chunks of a RIFF, Sony Wave64 or IFF file in order. */
final class Chunks {
    /** Maximum number of chunks examined after the samples. */
    private static final int MAX_TRAILING = 64;
    /** Chunks that recorders and editors write after the samples. They are recognized even if they are cut short. */
    private static final Set<String> TRAILING = Set.of(
            "LIST", "id3 ", "ID3 ", "bext", "iXML", "cue ", "fact", "PEAK", "JUNK", "junk", "PAD ", "smpl", "inst",
            "DISP", "afsp", "wamd", "guan", "_PMX", "axml", "MARK", "INST", "ANNO", "NAME", "AUTH", "(c) ", "APPL",
            "COMT", "CHAN");

    private final AudioSource source;
    private final Kind kind;

    /** The layout of chunks. */
    enum Kind {
        /** Four letters and a 32-bit size; padded to 2 bytes. */
        RIFF(4, ByteOrder.LITTLE_ENDIAN, 2),
        /** As {@link #RIFF}, but big-endian: RIFX and AIFF. */
        BIG_ENDIAN(4, ByteOrder.BIG_ENDIAN, 2),
        /** A GUID and a 64-bit size that includes the header; padded to 8 bytes. */
        WAVE64(16, ByteOrder.LITTLE_ENDIAN, 8);

        private final int idBytes;
        private final ByteOrder order;
        private final int padding;

        Kind(int idBytes, ByteOrder order, int padding) {
            this.idBytes = idBytes;
            this.order = order;
            this.padding = padding;
        }

        int headerBytes() {
            return idBytes == 4 ? 8 : 24;
        }

        ByteOrder order() {
            return order;
        }
    }

    /**
     * A chunk.
     *
     * @param id four letters; for a GUID, its first four bytes
     * @param start position of the content in the source
     * @param size size of the content as stated by the header; -1 if a Wave64 chunk states less than the size of its
     *     header
     */
    record Chunk(String id, long start, long size) {
        /** The id, made printable for a message. */
        String printable() {
            return id.replaceAll("[^ -~]", "?");
        }
    }

    Chunks(AudioSource source, Kind kind) {
        this.source = source;
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }

    /** Reads the chunk header at the source's position; null if too few bytes are left. */
    @Nullable
    Chunk next() throws IOException {
        byte[] header = new byte[kind.headerBytes()];
        if (source.read(header, 0, header.length) < header.length) {
            return null;
        }
        return chunk(header, source.position());
    }

    private Chunk chunk(byte[] header, long start) {
        ByteBuffer fields = ByteBuffer.wrap(header).order(kind.order);
        String id = new String(header, 0, 4, StandardCharsets.ISO_8859_1);
        long size =
                kind == Kind.WAVE64 ? Math.max(-1, fields.getLong(16) - header.length) : fields.getInt(4) & 0xFFFFFFFFL;
        return new Chunk(id, start, size);
    }

    /** Position of the next chunk after content of {@code size} bytes at {@code start}. */
    long after(long start, long size) {
        return start + Math.ceilDiv(size, kind.padding) * kind.padding;
    }

    /**
     * Checks that a chunk does not extend beyond the end of a source of known size.
     *
     * @throws UnreadableAudioException if it does
     */
    private void requireWhole(Chunk chunk) throws IOException {
        if (chunk.size() < 0) {
            throw new UnreadableAudioException(
                    source.name(), "the chunk '" + chunk.printable() + "' states a size below that of its header");
        }
        if (source.size() >= 0 && chunk.size() > source.size() - chunk.start()) {
            throw cutShort(chunk, source.size() - chunk.start());
        }
    }

    private UnreadableAudioException cutShort(Chunk chunk, long there) {
        return new UnreadableAudioException(
                source.name(),
                "cut short: the chunk '" + chunk.printable() + "' should have " + chunk.size()
                        + " bytes, but the file ends after " + there);
    }

    /**
     * Reads the beginning of a chunk's content and moves to the next chunk.
     *
     * @param most maximum number of bytes
     * @throws UnreadableAudioException if the source ends earlier
     */
    ByteBuffer content(Chunk chunk, int most) throws IOException {
        requireWhole(chunk);
        byte[] bytes = new byte[(int) Math.min(most, chunk.size())];
        int got = source.read(bytes, 0, bytes.length);
        if (got < bytes.length) {
            throw cutShort(chunk, got);
        }
        source.seek(after(chunk.start(), chunk.size()));
        return ByteBuffer.wrap(bytes).order(kind.order);
    }

    /**
     * Skips samples that come before the chunk that describes their format.
     *
     * @param format the name of that chunk
     * @throws UnreadableAudioException if the source cannot seek back to them, or ends earlier
     */
    void skipSamples(Chunk samples, String format) throws IOException {
        if (!source.seekable()) {
            throw new UnreadableAudioException(
                    source.name(),
                    "its " + format
                            + " chunk comes after the samples: a stream must begin with it, store it in a file");
        }
        content(samples, 0);
    }

    /**
     * Whether only chunks, or nothing, follow from a position to the end. If not, the samples continue there and their
     * stated length is wrong. The source must be seekable; its position changes.
     */
    boolean chainFrom(long position) throws IOException {
        long size = source.size();
        long at = position;
        for (int i = 0; i < MAX_TRAILING && at < size; i++) {
            source.seek(at);
            byte[] header = source.peek(kind.headerBytes());
            if (header.length < kind.headerBytes()) {
                // Some programs leave a few bytes of padding.
                return i > 0 || header.length < 4;
            }
            Chunk chunk = chunk(header, at + header.length);
            if (!chunk.printable().equals(chunk.id()) || chunk.id().isBlank()) {
                return false;
            }
            if (chunk.size() < 0 || chunk.size() > size - chunk.start()) {
                return TRAILING.contains(chunk.id());
            }
            at = after(chunk.start(), chunk.size());
        }
        return true;
    }
}
