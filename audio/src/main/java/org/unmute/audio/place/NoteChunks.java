package org.unmute.audio.place;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unmute.audio.AudioSource;

/**
 * The chunks of a WAV file (RIFF, RF64, BW64) that hold notes, wherever they lie, or those that a FLAC file carries,
 * and its comments. Damage ends the search: what was found before it counts. At most 64 KiB of a chunk are read.
 */
final class NoteChunks {
    private static final int MOST_BYTES = 1 << 16;
    private static final int MOST_CHUNKS = 256;
    private static final long UNKNOWN = 0xFFFFFFFFL;
    private static final int DS64_BYTES = 16;

    private final Map<String, byte[]> chunks = new HashMap<>();
    private final Map<String, String> comments = new HashMap<>();
    private int rate;

    private NoteChunks() {}

    static NoteChunks read(AudioSource source) throws IOException {
        NoteChunks found = new NoteChunks();
        byte[] head = source.peek(12);
        if (head.length == 12
                && letters(head, 0).matches("RIFF|RF64|BW64")
                && letters(head, 8).equals("WAVE")) {
            found.walk(source);
        } else if (head.length == 12 && letters(head, 0).equals("fLaC")) {
            FlacBlocks.read(source, found);
        }
        return found;
    }

    private void walk(AudioSource source) throws IOException {
        long at = 12;
        byte[] header = new byte[8];
        for (int i = 0; i < MOST_CHUNKS && at + header.length <= source.size(); i++) {
            source.seek(at);
            if (source.read(header, 0, header.length) < header.length) {
                return;
            }
            String id = letters(header, 0);
            long size = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getInt(4) & UNKNOWN;
            long rest = source.size() - at - header.length;
            switch (id) {
                case "guan", "wamd", "bext", "fmt ", "ds64", "LIST" -> chunk(id, content(source, Math.min(size, rest)));
                case "data" -> size = size == UNKNOWN ? large() : size;
                default -> {}
            }
            if (size < 0 || size > rest) {
                return;
            }
            at += header.length + size + size % 2;
        }
    }

    /** The next bytes, at most 64 KiB, or fewer at the end. */
    static byte[] content(AudioSource source, long size) throws IOException {
        byte[] bytes = new byte[(int) Math.min(MOST_BYTES, size)];
        int got = source.read(bytes, 0, bytes.length);
        return got == bytes.length ? bytes : Arrays.copyOf(bytes, got);
    }

    /** Takes a chunk; of several of a kind, the first counts. */
    void chunk(String id, byte[] content) {
        if (id.equals("LIST")) {
            list(content);
        } else {
            chunks.putIfAbsent(id, content);
        }
    }

    /** Takes fields of comments by their names in capital letters. */
    void comments(Map<String, String> fields) {
        fields.forEach(comments::putIfAbsent);
    }

    /** Takes the sample rate where no chunk states it, in Hz. */
    void sampleRate(int hertz) {
        rate = hertz;
    }

    private void list(byte[] content) {
        if (content.length < 4 || !letters(content, 0).equals("INFO")) {
            return;
        }
        ByteBuffer fields =
                ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).position(4);
        while (fields.remaining() >= 8) {
            String id = letters(content, fields.position());
            int size = fields.position(fields.position() + 4).getInt();
            if (size < 0 || size > fields.remaining()) {
                return;
            }
            byte[] field = new byte[size];
            fields.get(field);
            chunks.putIfAbsent(id, field);
            fields.position(Math.min(fields.limit(), fields.position() + size % 2));
        }
    }

    /** The length of the samples by the chunk ds64; -1 if there is none. */
    private long large() {
        byte[] sizes = chunks.get("ds64");
        return sizes == null || sizes.length < DS64_BYTES
                ? -1
                : ByteBuffer.wrap(sizes).order(ByteOrder.LITTLE_ENDIAN).getLong(8);
    }

    boolean isEmpty() {
        return guano() == null
                && wamd() == null
                && bext() == null
                && comment() == null
                && artist() == null
                && comments.isEmpty();
    }

    /** A field of the comments of a FLAC file; empty if there is none. */
    String field(String name) {
        return comments.getOrDefault(name, "");
    }

    byte @Nullable [] guano() {
        return chunks.get("guan");
    }

    byte @Nullable [] wamd() {
        return chunks.get("wamd");
    }

    byte @Nullable [] bext() {
        return chunks.get("bext");
    }

    byte @Nullable [] comment() {
        return chunks.get("ICMT");
    }

    byte @Nullable [] artist() {
        return chunks.get("IART");
    }

    /** In Hz; 0 if it is not known. */
    int sampleRate() {
        byte[] format = chunks.get("fmt ");
        return format == null || format.length < 8
                ? rate
                : ByteBuffer.wrap(format).order(ByteOrder.LITTLE_ENDIAN).getInt(4);
    }

    static String letters(byte[] bytes, int at) {
        return new String(bytes, at, Math.min(4, bytes.length - at), StandardCharsets.ISO_8859_1);
    }

    /** Text up to the first zero byte. */
    static String text(byte[] bytes) {
        return text(bytes, 0, bytes.length);
    }

    static String text(byte[] bytes, int from, int count) {
        int end = from;
        while (end < from + count && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, from, end - from, StandardCharsets.UTF_8).strip();
    }
}
