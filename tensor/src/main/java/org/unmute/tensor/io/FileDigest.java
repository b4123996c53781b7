package org.unmute.tensor.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.unmute.files.MalformedFileException;
import org.unmute.files.Sha256;

/**
 * The digest that a safetensors file may have in its metadata: the SHA-256 of the whole file, with zeros in place of
 * the 64 digits of the digest itself. It covers header and data, so it detects changed names, shapes and metadata as
 * well as changed numbers.
 */
final class FileDigest {
    /** The key of the digest in the metadata. */
    static final String KEY = "unmute_digest";

    private static final String PREFIX = "sha256:";
    private static final int DIGITS = 64;
    private static final int BUFFER = 1 << 16;
    /** The placeholder in the file while its digest is computed. */
    static final String BLANK = PREFIX + "0".repeat(DIGITS);

    private static final Pattern FORM = Pattern.compile(PREFIX + "[0-9a-f]{" + DIGITS + "}");
    /** The bytes before the digits. They occur only once, because quotes inside a JSON string would be escaped. */
    private static final byte[] BEFORE = ("\"" + KEY + "\":\"" + PREFIX).getBytes(StandardCharsets.US_ASCII);

    private FileDigest() {}

    /** Computes the digest of the bytes written through it. */
    static final class Channel implements WritableByteChannel {
        private final WritableByteChannel out;
        private final MessageDigest digest = Sha256.digest();

        Channel(WritableByteChannel out) {
            this.out = out;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            ByteBuffer written = bytes.duplicate();
            int n = out.write(bytes);
            digest.update(written.limit(bytes.position()));
            return n;
        }

        /** The digest in hexadecimal. To be called once everything is written. */
        String digits() {
            return HexFormat.of().formatHex(digest.digest());
        }

        @Override
        public boolean isOpen() {
            return out.isOpen();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    /**
     * Replaces the zeros in a written file by the digest.
     *
     * @param header the first bytes of the file, to the end of the header
     */
    static void seal(FileChannel out, byte[] header, String digits) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(digits.getBytes(StandardCharsets.US_ASCII));
        for (long at = find(header); bytes.hasRemaining(); ) {
            at += out.write(bytes, at);
        }
    }

    /** The position of the digits; -1 if there are none. */
    private static int find(byte[] header) {
        for (int at = 0; at + BEFORE.length + DIGITS <= header.length; at++) {
            if (Arrays.equals(header, at, at + BEFORE.length, BEFORE, 0, BEFORE.length)) {
                return at + BEFORE.length;
            }
        }
        return -1;
    }

    /**
     * Checks a file's digest.
     *
     * @param all the bytes of the file
     * @param headerEnd the position at which the header ends
     * @param stated the digest in the metadata; null if there is none
     */
    static void check(MemorySegment all, long headerEnd, @Nullable String stated, String file)
            throws MalformedFileException {
        if (stated == null) {
            throw new MalformedFileException(
                    file,
                    8,
                    "digest-missing",
                    "the metadata has no " + KEY + ", which a file of its format needs: it was changed after it was"
                            + " written");
        }
        byte[] header = all.asSlice(0, headerEnd).toArray(ValueLayout.JAVA_BYTE);
        int at = find(header);
        if (at < 0 || !FORM.matcher(stated).matches()) {
            throw new MalformedFileException(
                    file,
                    Math.max(8, at),
                    "digest-malformed",
                    KEY + " is " + MalformedFileException.quote(stated) + ", not " + PREFIX + " and " + DIGITS
                            + " digits as unmute writes it: the file was changed, or written again by another program");
        }
        Arrays.fill(header, at, at + DIGITS, (byte) '0');
        MessageDigest digest = Sha256.digest();
        digest.update(header);
        byte[] piece = new byte[BUFFER];
        for (long from = headerEnd; from < all.byteSize(); from += BUFFER) {
            int n = (int) Math.min(BUFFER, all.byteSize() - from);
            MemorySegment.copy(all, ValueLayout.JAVA_BYTE, from, piece, 0, n);
            digest.update(piece, 0, n);
        }
        String actual = HexFormat.of().formatHex(digest.digest());
        if (!stated.equals(PREFIX + actual)) {
            throw new MalformedFileException(
                    file,
                    at,
                    "digest-mismatch",
                    "the SHA-256 of its bytes is " + actual + ", it states " + stated.substring(PREFIX.length())
                            + ": bytes changed after it was written");
        }
    }
}
