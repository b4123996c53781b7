package org.unmute.audio.place;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unmute.audio.AudioSource;

/**
 * The metadata blocks of a FLAC file (RFC 9639, section 8) that hold notes: chunks of the WAV file that it was made
 * from, which {@code flac --keep-foreign-metadata} stores in APPLICATION blocks, and the fields of VORBIS_COMMENT.
 * Damage ends the search: what was found before it counts.
 */
final class FlacBlocks {
    private static final int MOST_BLOCKS = 256;
    private static final int STREAMINFO = 0;
    private static final int APPLICATION = 2;
    private static final int VORBIS_COMMENT = 4;
    private static final int RATE_AT = 10;
    /** {@code riff}, then id and size of the chunk. */
    private static final int CHUNK_AT = 12;

    private final AudioSource source;
    private final NoteChunks into;

    private FlacBlocks(AudioSource source, NoteChunks into) {
        this.source = source;
        this.into = into;
    }

    /**
     * Reads the blocks of a file.
     *
     * @param into receives the chunks, the fields and the sample rate
     */
    static void read(AudioSource source, NoteChunks into) throws IOException {
        new FlacBlocks(source, into).walk();
    }

    private void walk() throws IOException {
        long at = 4;
        byte[] header = new byte[4];
        boolean last = false;
        for (int i = 0; i < MOST_BLOCKS && !last; i++) {
            source.seek(at);
            if (source.read(header, 0, header.length) < header.length) {
                return;
            }
            int word = ByteBuffer.wrap(header).getInt();
            last = word < 0;
            int length = word & 0xFFFFFF;
            at += header.length;
            long there = Math.min(length, source.size() - at);
            switch (word >>> 24 & 0x7F) {
                case STREAMINFO -> rate(NoteChunks.content(source, there));
                case APPLICATION -> chunk(NoteChunks.content(source, there));
                case VORBIS_COMMENT -> into.comments(comments(NoteChunks.content(source, there)));
                default -> {}
            }
            if (there < length) {
                return;
            }
            at += length;
        }
    }

    private void rate(byte[] info) {
        if (info.length >= RATE_AT + 4) {
            into.sampleRate(ByteBuffer.wrap(info).getInt(RATE_AT) >>> 12);
        }
    }

    private void chunk(byte[] block) {
        if (block.length < CHUNK_AT || !NoteChunks.letters(block, 0).equals("riff")) {
            return;
        }
        long size = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).getInt(8) & 0xFFFFFFFFL;
        into.chunk(NoteChunks.letters(block, 4), Arrays.copyOfRange(block, CHUNK_AT, (int)
                Math.min(block.length, CHUNK_AT + size)));
    }

    /** The fields by their names in capital letters, the first of each; those before any damage. */
    private static Map<String, String> comments(byte[] block) {
        Map<String, String> fields = new HashMap<>();
        ByteBuffer in = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
        if (text(in) == null || in.remaining() < 4) {
            return fields;
        }
        int count = in.getInt();
        for (int i = 0; i < count; i++) {
            String field = text(in);
            if (field == null) {
                return fields;
            }
            int equals = field.indexOf('=');
            if (equals > 0) {
                String name = field.substring(0, equals).toUpperCase(Locale.ROOT);
                fields.putIfAbsent(
                        name, field.substring(equals + 1).replace("\0", "").strip());
            }
        }
        return fields;
    }

    /** A length and so many bytes; null if they are not there. */
    private static @Nullable String text(ByteBuffer in) {
        if (in.remaining() < 4) {
            return null;
        }
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            return null;
        }
        byte[] text = new byte[length];
        in.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
